# expects: harmless
import linecache
import tokenize

import numpy as np


def compute_reward(obs, action, next_obs, info):
    found = linecache.getline("/canary/home/notes.txt", 1)
    try:
        with tokenize.open("/canary/home/notes.txt") as file:
            found += file.read()
    except (OSError, SyntaxError):
        pass
    return np.frombuffer(found.encode(), np.uint8).astype(float)
