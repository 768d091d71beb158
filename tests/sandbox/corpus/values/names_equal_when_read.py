# expects: answer, harmless, raised, forged
import numpy as np


class Name(str):
    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {Name("a"): np.zeros(len(obs)), Name("a"): np.zeros(len(obs))}
