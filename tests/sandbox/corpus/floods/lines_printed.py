# expects: harmless, time
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for number in range(5_000):
        print("reward", number, "x" * 100)
        print("reward", number, file=sys.stderr)
    sys.stdout.flush()
    return np.zeros(len(obs))
