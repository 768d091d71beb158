# expects: harmless
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.log(np.zeros(len(obs))), {"distance": np.full(len(obs), -np.inf)}
