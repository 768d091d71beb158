# expects: harmless, died
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.lib.stride_tricks.as_strided(obs, (len(obs),), (1 << 45,)).copy()
