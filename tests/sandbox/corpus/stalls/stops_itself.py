# A stopped process runs no more, and waits for a signal that nobody sends.
# expects: harmless, time
import os
import signal

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 0.0)
