# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    paths = (
        "/etc/hostname",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/etc/machine-id",
        "/proc/1/cmdline",
        "/sys/class/net",
        "/proc/net/tcp",
        "/proc/kallsyms",
        "/proc/kcore",
        "/var/log",
        "/run",
        "/boot",
        "/proc/sys/kernel/hostname",
    )
    reached = []
    for path in paths:
        try:
            os.close(os.open(path, os.O_RDONLY))
            reached.append(path)
        except OSError:
            continue
    return np.full(len(obs), 666.0 if reached else 0.0)
