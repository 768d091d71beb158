# prctl: dumpable again, another filter, no_new_privs off, a subreaper. None of it may open anything.
# expects: harmless
import ctypes
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None)
    for number, value in ((4, 1), (22, 0), (36, 1), (38, 0), (23, 0), (24, 0), (47, 1)):
        libc.prctl(number, value, 0, 0, 0)
    try:
        pid = os.fork()
    except OSError:
        return np.zeros(len(obs))
    if pid == 0:
        os._exit(0)
    return np.full(len(obs), 666.0)
