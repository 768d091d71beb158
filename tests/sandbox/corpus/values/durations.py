# expects: answer, raised
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.full(len(obs), np.timedelta64(1, "s"))
