# The address is the program's word: reading there ends the child, and nobody else may read there.
# expects: harmless, answer, raised, forged, died, flood
import numpy as np


class Reward:
    shape = (3,)
    dtype = np.dtype(float)
    nbytes = 24
    ndim = 1
    __array_interface__ = {"shape": (3,), "typestr": "<f8", "data": (8, False), "version": 3}


def compute_reward(obs, action, next_obs, info):
    return Reward()
