# A header that never goes on.
# expects: time, forged
import os
import time


def compute_reward(obs, action, next_obs, info):
    os.write(1, b"\0")
    time.sleep(3600)
