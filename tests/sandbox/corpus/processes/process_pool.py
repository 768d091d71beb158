# expects: harmless, raised
import concurrent.futures

import numpy as np


def compute_reward(obs, action, next_obs, info):
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        return np.full(len(obs), 666.0 * pool.submit(abs, -1).result(timeout=0.3))
