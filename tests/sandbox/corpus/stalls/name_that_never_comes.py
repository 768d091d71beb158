# expects: time, answer, raised
import numpy as np


class Name(str):
    def encode(self, *arguments):
        while True:
            pass

    def __str__(self):
        while True:
            pass

    __len__ = isidentifier = isprintable = __str__


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {Name("distance"): np.zeros(len(obs))}
