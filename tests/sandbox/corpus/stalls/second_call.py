# expects: time
# when: second call
import numpy as np

calls = []


def compute_reward(obs, action, next_obs, info):
    calls.append(1)
    while len(calls) > 1:
        pass
    return np.zeros(len(obs))
