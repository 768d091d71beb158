# expects: harmless
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.arange(2.0 * len(obs))[::-2]
