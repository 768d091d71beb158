# Memory that is written first and run then: whatever it does, the kernel's filter stands below it.
# expects: harmless, died
import ctypes
import mmap
import os

import numpy as np

CODE = b"\xb8\x39\x00\x00\x00\x0f\x05\xc3"  # mov eax, 57 (fork); syscall; ret


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
