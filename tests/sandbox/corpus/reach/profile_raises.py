# expects: harmless, raised, forged, answer, died, time
import sys

import numpy as np


def spy(frame, event, argument):
    if frame.f_code.co_name != "compute_reward":
        raise KeyboardInterrupt("out of turn")


def compute_reward(obs, action, next_obs, info):
    sys.setprofile(spy)
    return np.zeros(len(obs))
