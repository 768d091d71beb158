# No bytes at all, and a shape whose product overflows.
# expects: harmless, flood, answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros((0, 1 << 40))
