# expects: time, flood, forged, died, raised
import os


def compute_reward(obs, action, next_obs, info):
    while True:
        os.write(2, b"reward " * 1000)
