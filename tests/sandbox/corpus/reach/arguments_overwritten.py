# The memory behind a read-only array, written past the array.
# expects: harmless, raised, died, forged
import ctypes

import numpy as np


def compute_reward(obs, action, next_obs, info):
    ctypes.memset(obs.ctypes.data, 0, obs.nbytes)
    return np.zeros(len(obs))
