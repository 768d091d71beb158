# expects: harmless, raised, forged, answer, died, time
import sys

import numpy as np


def spy(frame, event, argument):
    frame.f_trace = spy
    for name, value in frame.f_locals.items():
        if isinstance(value, bytearray) and value:
            value[0] ^= 0xFF
    return spy


def compute_reward(obs, action, next_obs, info):
    frame = sys._getframe()
    while frame is not None:
        frame.f_trace = spy
        frame = frame.f_back
    sys.settrace(spy)
    sys.setprofile(lambda frame, event, argument: None)
    return np.zeros(len(obs))
