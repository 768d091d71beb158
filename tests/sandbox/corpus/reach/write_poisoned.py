# expects: harmless, raised, forged, answer, died, time
import os

import numpy as np

write = os.write


def compute_reward(obs, action, next_obs, info):
    os.write = lambda number, data: write(number, bytes(data)[::-1])
    os.writev = lambda number, parts: write(number, b"".join(parts)[::-1])
    return np.ones(len(obs))
