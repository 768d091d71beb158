# expects: answer, raised
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.full(len(obs), np.datetime64("2026-01-01"))
