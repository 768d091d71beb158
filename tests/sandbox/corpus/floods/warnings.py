# expects: harmless, time
import warnings

import numpy as np


def compute_reward(obs, action, next_obs, info):
    warnings.simplefilter("always")
    for number in range(1_000):
        warnings.warn(f"reward {number}", stacklevel=1)
    return np.zeros(len(obs)) / np.zeros(len(obs))
