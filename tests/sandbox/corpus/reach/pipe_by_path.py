# expects: harmless, time, died, forged, raised
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for number in range(8):
        try:
            os.write(os.open(f"/proc/self/fd/{number}", os.O_WRONLY | os.O_NONBLOCK), b"\0" * 16)
        except OSError:
            continue
    return np.zeros(len(obs))
