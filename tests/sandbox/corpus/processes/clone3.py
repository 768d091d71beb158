# expects: harmless
import ctypes
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
    pid = ctypes.CDLL(None).syscall(435, ctypes.byref(arguments), ctypes.sizeof(arguments))
    if pid == 0:
        os._exit(0)
    return np.full(len(obs), 666.0 if pid > 0 else 0.0)
