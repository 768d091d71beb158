# expects: harmless, raised
import io
import os

import numpy as np


class Reward:
    def __reduce__(self):
        return os.open, ("/canary/home/notes.txt", os.O_RDONLY)


def compute_reward(obs, action, next_obs, info):
    room = io.BytesIO()
    np.save(room, np.array([Reward()]), allow_pickle=True)
    room.seek(0)
    opened = np.load(room, allow_pickle=True)
    return np.frombuffer(os.read(int(opened[0]), 99), np.uint8).astype(float)
