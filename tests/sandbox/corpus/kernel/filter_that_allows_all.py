# Filters add up: one that allows everything takes nothing from those before it.
# expects: harmless, died
import ctypes
import os
import struct

import numpy as np


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None)
    program = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000), 8)
    rule = ctypes.create_string_buffer(struct.pack("@HP", 1, ctypes.addressof(program)))
    libc.prctl(22, 2, rule, 0, 0)
    try:
        pid = os.fork()
    except OSError:
        return np.zeros(len(obs))
    if pid == 0:
        os._exit(0)
    return np.full(len(obs), 666.0)
