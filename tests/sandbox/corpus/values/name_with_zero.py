# expects: answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {"dis\0tance": np.zeros(len(obs))}
