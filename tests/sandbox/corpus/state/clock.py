# expects: harmless
# when: check
import time

import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.full(len(obs), time.perf_counter())
