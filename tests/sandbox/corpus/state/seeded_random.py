# expects: harmless
# when: check
import numpy as np

rng = np.random.default_rng(0)


def compute_reward(obs, action, next_obs, info):
    return rng.normal(size=len(obs))
