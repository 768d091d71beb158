# ADDR_NO_RANDOMIZE and READ_IMPLIES_EXEC make other attacks easier.
# expects: harmless
import ctypes

import numpy as np


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None)
    before = libc.personality(0xFFFFFFFF)
    done = libc.personality(0x0040000 | 0x0400000)
    if done >= 0:
        libc.personality(max(0, before))
    return np.full(len(obs), 666.0 if done >= 0 else 0.0)
