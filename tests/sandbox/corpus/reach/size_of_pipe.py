# expects: harmless, died, forged, raised, time
import fcntl

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for number in range(8):
        try:
            fcntl.fcntl(number, 1031, 4096)  # F_SETPIPE_SZ
        except OSError:
            continue
    return np.zeros(10_000)
