# expects: forged
import os
import time


def compute_reward(obs, action, next_obs, info):
    os.write(1, bytes(200))
    time.sleep(3600)
