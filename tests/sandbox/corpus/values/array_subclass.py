# expects: harmless, answer, raised
import numpy as np


class Reward(np.ndarray):
    def __array__(self, *arguments, **options):
        return np.zeros(10**7)

    @property
    def nbytes(self):
        return 8

    @property
    def shape(self):
        return (1,)

    @property
    def dtype(self):
        return np.dtype(float)

    def tobytes(self, *arguments):
        return b"short"


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)).view(Reward)
