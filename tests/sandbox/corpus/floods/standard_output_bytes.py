# expects: time, forged, flood, died
import os


def compute_reward(obs, action, next_obs, info):
    while True:
        os.write(1, b"reward " * 1000)
