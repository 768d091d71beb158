# Thirty children that end by themselves: enough to see, too few to hurt where the fence is down.
# expects: harmless
import os
import time

import numpy as np


def compute_reward(obs, action, next_obs, info):
    born = 0
    for _ in range(30):
        try:
            pid = os.fork()
        except OSError:
            continue
        if pid == 0:
            time.sleep(1)
            os._exit(0)
        born += 1
    return np.full(len(obs), 666.0 if born else 0.0)
