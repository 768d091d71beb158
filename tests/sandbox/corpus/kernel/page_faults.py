# expects: harmless
import ctypes
import os

import numpy as np

USERFAULTFD = {"x86_64": 323, "aarch64": 282}[os.uname().machine]


def compute_reward(obs, action, next_obs, info):
    opened = max(ctypes.CDLL(None).syscall(USERFAULTFD, flags) for flags in (0, 1))
    return np.full(len(obs), 666.0 if opened >= 0 else 0.0)
