# expects: harmless, raised
import signal

import numpy as np


def compute_reward(obs, action, next_obs, info):
    signal.signal(signal.SIGALRM, lambda number, frame: None)
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    return np.zeros(len(obs))
