# The 32-bit door of an x86-64 kernel has numbers of its own: 2 is fork there, and open here.
# expects: harmless, died
import ctypes
import mmap
import os

import numpy as np

CODE = b"\xb8\x02\x00\x00\x00\xcd\x80\x48\x98\xc3"  # mov eax, 2; int 0x80; cdqe; ret


def compute_reward(obs, action, next_obs, info):
    if os.uname().machine != "x86_64":
        return np.zeros(len(obs))
    try:
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return np.zeros(len(obs))
    page.write(CODE)
    pid = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    if pid == 0:
        os._exit(0)
    return np.full(len(obs), 666.0 if pid > 0 else 0.0)
