# expects: answer
import numpy as np


def compute_reward(obs, action, next_obs, info):
    return {"reward": np.zeros(len(obs))}
