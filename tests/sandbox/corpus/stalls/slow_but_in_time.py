# expects: harmless
import time

import numpy as np


def compute_reward(obs, action, next_obs, info):
    time.sleep(0.1)
    return np.zeros(len(obs))
