# expects: harmless
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.random.default_rng().normal(size=len(obs))
