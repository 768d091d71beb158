# Root may raise its own limits, unless the system call itself is closed.
# expects: harmless
import resource

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        try:
            if resource.getrlimit(kind)[1] == resource.RLIM_INFINITY:
                continue
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (OSError, ValueError):
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
