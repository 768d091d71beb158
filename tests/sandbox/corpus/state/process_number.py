# expects: harmless
# when: check
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.full(len(obs), float(os.getpid()))
