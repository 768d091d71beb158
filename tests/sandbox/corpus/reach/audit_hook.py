# expects: harmless, raised, forged, answer, died, time
import sys

import numpy as np


def spy(event, arguments):
    raise RuntimeError(event)


def compute_reward(obs, action, next_obs, info):
    sys.addaudithook(spy)
    return np.zeros(len(obs))
