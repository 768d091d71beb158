# expects: answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {"\x1b[2J\x1b]0;title\x07": np.zeros(len(obs))}
