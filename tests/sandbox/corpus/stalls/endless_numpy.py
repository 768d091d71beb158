# expects: time
import numpy as np


def compute_reward(obs, action, next_obs, info):
    matrix = np.ones((200, 200))
    while True:
        matrix = np.tanh(matrix @ matrix)
