# A program that catches what it is told about its memory, and asks on.
# expects: time, memory, died
import numpy as np

kept = []


def compute_reward(obs, action, next_obs, info):
    while True:
        try:
            kept.append(np.ones(5_000_000))
        except MemoryError:
            continue
