# expects: harmless
import threading
import time

import numpy as np


def compute_reward(obs, action, next_obs, info):
    born = 0
    for _ in range(50):
        try:
            threading.Thread(target=time.sleep, args=(0.2,), daemon=True).start()
        except RuntimeError:
            continue
        born += 1
    return np.full(len(obs), 666.0 if born else 0.0)
