# expects: harmless, raised, forged, answer, died, time
import builtins

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for name in (
        "len",
        "isinstance",
        "type",
        "range",
        "tuple",
        "dict",
        "str",
        "repr",
        "Exception",
        "memoryview",
        "float",
        "zip",
    ):
        setattr(builtins, name, lambda *arguments: 0)
    return np.zeros(obs.shape[0])
