# expects: memory, raised, died, time
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.stack([np.ones(10_000_000) for _ in range(1000)])[0]
