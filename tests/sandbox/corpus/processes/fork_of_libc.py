# expects: harmless
import ctypes
import os

import numpy as np

CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
FORKS = {"x86_64": (57, 58), "aarch64": ()}[os.uname().machine]


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None)
    born = 0
    for numbers in [(CLONE, 17, 0, 0, 0, 0), *((number,) for number in FORKS[:1])]:
        pid = libc.syscall(*numbers)
        if pid == 0:
            os._exit(0)
        born += pid > 0
    return np.full(len(obs), 666.0 if born else 0.0)
