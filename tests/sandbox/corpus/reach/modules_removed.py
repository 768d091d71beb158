# expects: harmless, raised, died, time
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for name in [*sys.modules]:
        if name not in ("sys", "builtins"):
            sys.modules[name] = None
    return np.zeros(len(obs))
