# The code of the waiting functions, exchanged for one that answers what it likes.
# expects: harmless, raised, died, forged, answer, time
import sys
import types

import numpy as np


def another(*arguments, **options):
    return b"\0" * 64


def compute_reward(obs, action, next_obs, info):
    frame = sys._getframe(1)
    while frame is not None:
        for value in [*frame.f_globals.values(), *frame.f_locals.values()]:
            if isinstance(value, types.FunctionType) and value is not compute_reward:
                try:
                    value.__code__ = another.__code__
                except ValueError:
                    continue
        frame = frame.f_back
    return np.zeros(len(obs))
