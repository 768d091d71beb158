# A real-time process that never sleeps leaves nothing of a core to anyone.
# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for policy in (os.SCHED_FIFO, os.SCHED_RR):
        try:
            os.sched_setscheduler(0, policy, os.sched_param(1))
        except OSError:
            continue
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
