# A byte now and then must not keep a deadline from passing.
# expects: time, forged, died
import os
import time


def compute_reward(obs, action, next_obs, info):
    while True:
        for number in range(1, 12):
            try:
                os.write(number, b"\0")
            except OSError:
                continue
        time.sleep(0.02)
