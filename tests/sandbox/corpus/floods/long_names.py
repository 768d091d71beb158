# expects: flood, answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {"distance" * 10_000: np.zeros(len(obs))}
