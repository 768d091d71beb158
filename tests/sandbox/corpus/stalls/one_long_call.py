# One call into C, which looks at no signal until it is done.
# expects: time, memory, raised
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.linalg.svd(np.random.default_rng(0).normal(size=(3000, 3000)))[1]
