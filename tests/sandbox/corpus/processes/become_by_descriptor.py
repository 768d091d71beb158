# expects: harmless
import ctypes
import os
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        opened = os.open(sys.executable, os.O_RDONLY)
        os.execve(opened, ["python", "-c", "0"], {})
    except OSError:
        pass
    ctypes.CDLL(None).execv(b"/bin/true", (ctypes.c_char_p * 2)(b"true", None))
    return np.zeros(len(obs))
