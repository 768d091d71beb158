# expects: harmless
import multiprocessing

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for method in ("fork", "spawn", "forkserver"):
        try:
            multiprocessing.get_context(method).Process(target=abs, args=(-1,)).start()
        except Exception:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
