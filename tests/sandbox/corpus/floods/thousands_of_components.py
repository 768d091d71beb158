# expects: flood, answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {f"component_{number}": np.zeros(len(obs)) for number in range(10_000)}
