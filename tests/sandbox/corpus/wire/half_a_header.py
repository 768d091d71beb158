# The true answer goes on where the false one stopped.
# expects: forged, died, time
import os


def compute_reward(obs, action, next_obs, info):
    os.write(1, bytes(11))
    return 0.0
