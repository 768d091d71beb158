# expects: harmless, died
import ctypes
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    if os.uname().machine != "x86_64":
        return np.zeros(len(obs))
    pid = ctypes.CDLL(None).syscall(0x40000000 | 57)
    if pid == 0:
        os._exit(0)
    return np.full(len(obs), 666.0 if pid > 0 else 0.0)
