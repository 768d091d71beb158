# expects: harmless
import threading

import numpy as np


def compute_reward(obs, action, next_obs, info):
    fired = []
    try:
        timer = threading.Timer(0.01, fired.append, (1,))
        timer.start()
        timer.join(0.1)
    except RuntimeError:
        pass
    return np.full(len(obs), 666.0 if fired else 0.0)
