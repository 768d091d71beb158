# The end of its pipe ends a process, but not before what it registered.
# expects: harmless
import atexit
import time

import numpy as np


class Late:
    def __del__(self):
        time.sleep(3600)


late = Late()
atexit.register(time.sleep, 3600)


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs))
