# expects: harmless
import os
import stat

import numpy as np


def compute_reward(obs, action, next_obs, info):
    makers = (
        lambda path: os.mkfifo(path),
        lambda path: os.mknod(path, stat.S_IFREG | 0o600),
        lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3)),
        lambda path: os.mkdir(path),
    )
    for number, make in enumerate(makers):
        for place in ("/canary/tmp", "/tmp", "/dev/shm"):
            try:
                make(f"{place}/escaped-{number}")
            except OSError:
                continue
            return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
