# expects: died, raised, forged, time
import atexit
import sys
import time


def compute_reward(obs, action, next_obs, info):
    atexit.register(time.sleep, 3600)
    sys.exit(0)
