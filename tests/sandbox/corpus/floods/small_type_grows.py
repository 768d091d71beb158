# A byte a number in the program, eight on the way out.
# expects: flood, answer, memory, time
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(7_000_000, np.int8)
