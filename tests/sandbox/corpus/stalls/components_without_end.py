# expects: harmless, time, answer, flood, memory
import itertools

import numpy as np


class Components(dict):
    def items(self):
        return ((f"c{number}", 0.0) for number in itertools.count())


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), Components(distance=0.0)
