# A file in memory would grow past the limit of the process's memory.
# expects: harmless, died, memory
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        file = os.memfd_create("escaped")
        os.write(file, b"x" * 1000)
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
