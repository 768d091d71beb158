# expects: answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.array([object()] * len(obs))
