# expects: time, answer
import numpy as np


class Components(dict):
    def items(self):
        while True:
            pass

    __iter__ = keys = values = __len__ = items


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), Components(distance=0.0)
