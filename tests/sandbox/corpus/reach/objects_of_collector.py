# expects: harmless, raised, died, forged, answer, time
import gc

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for thing in gc.get_objects():
        if isinstance(thing, (list, bytearray)) and not isinstance(thing, type):
            try:
                thing.clear()
            except Exception:
                continue
    return np.zeros(len(obs))
