# expects: harmless
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs) + 1)
