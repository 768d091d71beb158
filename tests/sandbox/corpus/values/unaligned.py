# expects: harmless
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.frombuffer(b"\0" * (8 * len(obs) + 1), np.uint8)[1:].view(float)
