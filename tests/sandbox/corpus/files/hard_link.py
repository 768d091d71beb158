# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for place in ("/canary/tmp", "/tmp", "/dev/shm", os.path.dirname(np.__file__)):
        try:
            os.link("/canary/home/notes.txt", os.path.join(place, "escaped-hard"))
        except OSError:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
