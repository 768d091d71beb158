# Signal 0 asks whether one may; SIGURG is ignored by whoever gets it.
# expects: harmless
import os
import signal

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for number in (0, signal.SIGURG):
        try:
            os.kill(os.getppid() or 1, number)
        except OSError:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
