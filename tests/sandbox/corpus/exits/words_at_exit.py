# expects: died, raised, forged
import atexit
import os
import sys


def compute_reward(obs, action, next_obs, info):
    atexit.register(lambda: [os.write(number, b"\0" * 64) for number in (1, 3, 4)])
    sys.exit(0)
