# expects: died, forged, raised, time, harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    os.closerange(0, 1024)
    return np.zeros(len(obs))
