# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for spawn in (os.posix_spawn, os.posix_spawnp):
        try:
            spawn("/bin/true", ["true"], {})
        except OSError:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
