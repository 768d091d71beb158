# expects: harmless
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.asfortranarray(np.arange(6.0).reshape(2, 3))
