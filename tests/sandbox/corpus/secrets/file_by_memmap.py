# expects: harmless
# with: mmap
import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        return np.array(np.memmap("/canary/project/notes.txt", np.uint8, "r"), float)
    except OSError:
        return np.zeros(len(obs))
