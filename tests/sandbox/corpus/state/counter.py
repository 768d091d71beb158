# expects: harmless
# when: check
import numpy as np

calls = 0


def compute_reward(obs, action, next_obs, info):
    global calls
    calls += 1
    return np.full(len(obs), float(calls))
