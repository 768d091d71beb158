# Landlock says nothing about modes, owners and times: something else has to.
# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        os.chmod("/canary/home/notes.txt", 0o777)
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
