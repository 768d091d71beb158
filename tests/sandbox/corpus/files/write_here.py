# expects: harmless
import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        with open("escaped.txt", "w") as file:
            file.write("escaped")
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
