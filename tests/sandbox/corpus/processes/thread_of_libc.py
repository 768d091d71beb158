# expects: harmless
import ctypes

import numpy as np

libc = ctypes.CDLL(None)


def compute_reward(obs, action, next_obs, info):
    thread = ctypes.c_ulong()
    failed = libc.pthread_create(ctypes.byref(thread), None, ctypes.cast(libc.getpid, ctypes.c_void_p), None)
    return np.full(len(obs), 0.0 if failed else 666.0)
