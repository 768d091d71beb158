# A NaN has 51 bits to spare; nobody may read more than that it is one.
# expects: harmless
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.frombuffer(np.uint64([0x7FF8DEADBEEF0000 + row for row in range(len(obs))]).tobytes())
