# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    parent = os.getppid() or 1
    try:
        os.sched_setaffinity(parent, os.sched_getaffinity(parent))
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
