# expects: harmless, answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros((1,) * 60)
