# expects: harmless, died, forged, raised, time
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    here, there = os.pipe()
    for number in range(5):
        if number not in (here, there):
            try:
                os.dup2(there, number)
            except OSError:
                continue
    return np.zeros(len(obs))
