# expects: harmless
from multiprocessing import shared_memory

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        shared = shared_memory.SharedMemory("escaped", create=True, size=100)
    except (OSError, ImportError):
        return np.zeros(len(obs))
    shared.close()
    return np.full(len(obs), 666.0)
