# expects: answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {"\u202edrawer": np.zeros(len(obs))}
