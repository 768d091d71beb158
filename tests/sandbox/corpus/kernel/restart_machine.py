# With wrong magic numbers the kernel restarts nothing, but says EINVAL only to those who might.
# expects: harmless
import ctypes
import errno
import os

import numpy as np

REBOOT = {"x86_64": 169, "aarch64": 142}[os.uname().machine]


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(REBOOT, 1, 2, 3, None)
    return np.full(len(obs), 666.0 if ctypes.get_errno() == errno.EINVAL else 0.0)
