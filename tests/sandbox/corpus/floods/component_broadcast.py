# expects: flood, answer, memory
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {"distance": np.broadcast_to(np.zeros(1), (1 << 40,))}
