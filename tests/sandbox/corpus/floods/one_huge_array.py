# expects: memory, raised
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.ones(1 << 31)
