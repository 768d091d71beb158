# expects: harmless
import os
import pty

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        pid, _ = pty.fork()
    except OSError:
        return np.zeros(len(obs))
    if pid == 0:
        os._exit(0)
    return np.full(len(obs), 666.0)
