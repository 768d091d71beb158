# expects: answer, raised, died, memory
import numpy as np


def compute_reward(obs, action, next_obs, info):
    part = []
    part.append(part)
    return np.zeros(len(obs)), {"distance": part}
