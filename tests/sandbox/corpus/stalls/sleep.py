# expects: time
import time


def compute_reward(obs, action, next_obs, info):
    time.sleep(3600)
