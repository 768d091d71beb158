# expects: harmless
import ctypes
import errno

import numpy as np


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.sethostname(b"x" * 100, 100)  # too long for any kernel
    return np.full(len(obs), 666.0 if ctypes.get_errno() == errno.EINVAL else 0.0)
