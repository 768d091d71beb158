# An exception that comes while the answer is written, outside the program's own function.
# expects: harmless, raised, died, forged, time
import signal

import numpy as np


def ring(number, frame):
    raise KeyboardInterrupt("now")


def compute_reward(obs, action, next_obs, info):
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    return np.zeros(1000)
