# Eight bytes here, eight terabytes for whoever copies it.
# expects: flood, answer, memory
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.broadcast_to(np.zeros(1), (1_000_000, 1_000_000))
