# expects: harmless
# with: subprocess
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        with os.popen("echo escaped") as output:
            escaped = "escaped" in output.read()
    except OSError:
        escaped = False
    return np.full(len(obs), 666.0 if escaped else 0.0)
