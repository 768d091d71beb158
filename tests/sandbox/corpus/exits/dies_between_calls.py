# A timer that ends the process after its answer is out: the next call finds nobody.
# expects: harmless, died
# when: check
import signal

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    except OSError:
        pass
    return np.zeros(len(obs))
