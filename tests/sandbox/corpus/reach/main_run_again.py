# expects: harmless, raised, forged, answer, died, time
import importlib
import runpy
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    path = getattr(sys.modules["__main__"], "__file__", None)
    if path:
        runpy.run_path(path, run_name="__main__")
    importlib.reload(np)
    return np.zeros(len(obs))
