# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for user in (65534, 1000, 12345):
        try:
            os.setresuid(user, user, 0)
        except OSError:
            continue
        os.setresuid(0, 0, 0)
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
