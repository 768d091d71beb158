# expects: harmless
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    sys.path[:0] = ["/canary/project", "/canary/home"]
    try:
        import canary_module
    except ImportError:
        return np.zeros(len(obs))
    return np.frombuffer(canary_module.KEY.encode(), np.uint8).astype(float)
