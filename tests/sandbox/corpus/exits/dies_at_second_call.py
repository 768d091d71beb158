# expects: died
# when: second call
import os

import numpy as np

calls = []


def compute_reward(obs, action, next_obs, info):
    calls.append(1)
    if len(calls) == 2:
        os._exit(3)
    return np.zeros(len(obs))
