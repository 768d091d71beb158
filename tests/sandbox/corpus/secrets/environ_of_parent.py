# Only whether it can be read counts: the parent's own variables go nowhere.
# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        with open(f"/proc/{os.getppid()}/environ", "rb") as file:
            escaped = len(file.read(1)) > 0
    except OSError:
        escaped = False
    return np.full(len(obs), 666.0 if escaped else 0.0)
