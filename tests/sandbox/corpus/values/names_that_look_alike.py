# expects: answer, harmless
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return np.zeros(len(obs)), {"distance": np.zeros(len(obs)), "d\u0456stance": np.zeros(len(obs))}
