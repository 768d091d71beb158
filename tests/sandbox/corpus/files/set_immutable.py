# ioctl FS_IOC_GETFLAGS is harmless and FS_IOC_SETFLAGS of the same flags changes nothing; either shows that it is open.
# expects: harmless
import fcntl
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    flags = bytearray(8)
    try:
        opened = os.open(np.__file__, os.O_RDONLY)
        fcntl.ioctl(opened, 0x80086601, flags)
        fcntl.ioctl(opened, 0x40086602, bytes(flags))
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
