# expects: harmless, raised
import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        obs.flags.writeable = True
        obs[:] = 7.0
    except ValueError:
        np.lib.stride_tricks.as_strided(obs, writeable=True)
    return np.zeros(len(obs))
