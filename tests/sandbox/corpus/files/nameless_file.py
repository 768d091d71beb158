# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for place in ("/canary/tmp", "/tmp", "/dev/shm", "."):
        try:
            os.write(os.open(place, os.O_TMPFILE | os.O_RDWR), b"escaped")
        except OSError:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
