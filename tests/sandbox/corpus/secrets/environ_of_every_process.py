# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    own = os.getpid()
    escaped = False
    for pid in {*range(1, 400), *range(max(1, own - 300), own + 50)} - {own}:
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                escaped |= len(file.read(1)) > 0
        except OSError:
            continue
    return np.full(len(obs), 666.0 if escaped else 0.0)
