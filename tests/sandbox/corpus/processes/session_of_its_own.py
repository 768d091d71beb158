# Leaving the group and session doesn't help against a kill by process id.
# expects: time
import os


def compute_reward(obs, action, next_obs, info):
    for leave in (os.setsid, os.setpgrp):
        try:
            leave()
        except OSError:
            continue
    while True:
        pass
