# expects: harmless
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.ones(len(obs), ">f8"), {"count": np.ones(len(obs), ">i4")}
