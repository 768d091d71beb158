# A file system of no known kind: no permission is one answer, no such device would be another.
# expects: harmless
import ctypes
import errno

import numpy as np


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.mount(b"none", b"/", b"no-such-kind", 0, None)
    reached = done == 0 or ctypes.get_errno() == errno.ENODEV
    return np.full(len(obs), 666.0 if reached else 0.0)
