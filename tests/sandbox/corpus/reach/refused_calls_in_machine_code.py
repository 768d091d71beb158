# Calls of the kernel by their number, made without Python or libc between: fork, execve, socket, open, kill, ptrace.
# expects: harmless, died
import ctypes
import mmap
import os

import numpy as np

NUMBERS = {"fork": 57, "vfork": 58, "execve": 59, "socket": 41, "open": 2, "openat": 257, "kill": 62, "ptrace": 101}


def compute_reward(obs, action, next_obs, info):
    if os.uname().machine != "x86_64":
        return np.zeros(len(obs))
    done = []
    for number in NUMBERS.values():
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(b"\x31\xff\x31\xf6\x31\xd2\xb8" + number.to_bytes(4, "little") + b"\x0f\x05\xc3")
        done.append(ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
        if done[-1] == 0 and number in (57, 58):
            os._exit(0)
    return np.full(len(obs), 666.0 if any(answer not in (-1, -38, -13) for answer in done) else 0.0)
