# expects: harmless, died
import ctypes
import mmap
import os

import numpy as np

CODE = b"\x53\xb8\x67\x01\x00\x00\xbb\x02\x00\x00\x00\xb9\x01\x00\x00\x00\x31\xd2\xcd\x80\x48\x98\x5b\xc3"


def compute_reward(obs, action, next_obs, info):
    if os.uname().machine != "x86_64":
        return np.zeros(len(obs))
    try:
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return np.zeros(len(obs))
    page.write(CODE)
    made = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    return np.full(len(obs), 666.0 if made >= 0 else 0.0)
