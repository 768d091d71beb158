# expects: harmless, answer
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.matrix(np.zeros(len(obs)))
