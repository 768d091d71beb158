# expects: harmless
import ctypes
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for path in ("/canary/tmp/library.so", "/canary/project/notes.txt"):
        try:
            ctypes.CDLL(path)
        except OSError as error:
            if "invalid ELF header" in str(error) or "too short" in str(error):  # it was read
                return np.full(len(obs), 666.0)
    return np.zeros(len(obs)) + 0 * os.getpid()
