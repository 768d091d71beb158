# expects: harmless, raised
import numpy as np


def compute_reward(obs, action, next_obs, info):
    info["more"] = info
    info.clear()
    return np.zeros(len(obs))
