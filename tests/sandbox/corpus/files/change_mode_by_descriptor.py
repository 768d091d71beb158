# The files that Python starts from can be opened for reading, and an open file can be changed by its number.
# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        opened = os.open(np.__file__, os.O_RDONLY)
        os.fchmod(opened, os.fstat(opened).st_mode & 0o7777)
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
