# expects: harmless, answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.ma.masked_array(np.zeros(len(obs)), mask=True)
