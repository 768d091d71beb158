# expects: harmless
import sys

import numpy as np


class Finder:
    def find_spec(self, name, path=None, target=None):
        raise ImportError(f"{name} is mine")


def compute_reward(obs, action, next_obs, info):
    sys.meta_path[:] = [Finder()]
    sys.path_hooks.clear()
    sys.path.clear()
    return np.zeros(len(obs))
