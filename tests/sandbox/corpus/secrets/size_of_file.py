# Landlock lets stat through: whether a file is there, and how long it is, shouldn't be told either.
# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        os.stat("/canary/home/notes.txt")
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
