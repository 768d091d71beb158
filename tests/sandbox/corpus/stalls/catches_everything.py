# expects: time
import numpy as np


def compute_reward(obs, action, next_obs, info):
    while True:
        try:
            while True:
                np.sqrt(obs)
        except BaseException:
            pass
