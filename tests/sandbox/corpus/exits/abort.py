# expects: died
import os


def compute_reward(obs, action, next_obs, info):
    os.abort()
