# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    paths = (
        "/proc/sys/kernel/hostname",
        "/proc/sys/kernel/core_pattern",
        "/proc/self/oom_score_adj",
        "/proc/self/mem",
        "/proc/self/comm",
        "/proc/self/uid_map",
        "/proc/sysrq-trigger",
        "/sys/fs/cgroup/cgroup.procs",
    )
    for path in paths:
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
