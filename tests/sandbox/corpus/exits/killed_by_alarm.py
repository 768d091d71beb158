# expects: harmless, died
# when: check
import signal

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        signal.setitimer(signal.ITIMER_REAL, 1e-6)
        signal.pthread_sigmask(signal.SIG_BLOCK, [])
    except OSError:
        pass
    return np.zeros(len(obs))
