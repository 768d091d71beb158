# expects: harmless
import os
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    places = [
        "/canary/home",
        "/canary/project",
        "/canary/tmp",
        "/tmp",
        "/dev/shm",
        "/var/tmp",
        "/run",
        "/root",
        "/",
        "/dev",
    ]
    places += [os.path.dirname(np.__file__), os.path.dirname(os.__file__), os.path.dirname(sys.executable)]
    for place in places:
        try:
            with open(os.path.join(place, "escaped.txt"), "w"):
                return np.full(len(obs), 666.0)
        except OSError:
            continue
    return np.zeros(len(obs))
