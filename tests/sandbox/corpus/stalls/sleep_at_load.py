# expects: time
# when: load
import time

time.sleep(3600)


def compute_reward(obs, action, next_obs, info):
    return 0.0
