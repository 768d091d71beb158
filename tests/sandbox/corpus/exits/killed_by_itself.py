# expects: harmless, died
import os
import signal

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        os.kill(os.getpid(), signal.SIGKILL)
    except OSError:
        pass
    return np.zeros(len(obs))
