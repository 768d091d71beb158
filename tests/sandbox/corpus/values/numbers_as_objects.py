# expects: harmless, answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.array([1.0] * len(obs), object)
