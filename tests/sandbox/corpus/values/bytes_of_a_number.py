# expects: answer, raised
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.array([b"1.0"] * len(obs))
