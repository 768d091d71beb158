# A pipe that doesn't wait gives half of what it is asked for.
# expects: harmless, died, forged, raised, time
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for number in range(8):
        try:
            os.set_blocking(number, False)
        except OSError:
            continue
    return np.zeros(10_000)
