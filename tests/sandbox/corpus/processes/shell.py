# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    status = os.system("exit 7")
    return np.full(len(obs), 666.0 if os.waitstatus_to_exitcode(status) == 7 else 0.0)
