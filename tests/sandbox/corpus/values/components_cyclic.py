# expects: answer, raised, died, memory
import numpy as np


def compute_reward(obs, action, next_obs, info):
    parts = {}
    parts["self"] = [parts]
    return np.zeros(len(obs)), parts
