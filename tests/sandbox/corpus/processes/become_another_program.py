# A process that became another program would be reported as one that died.
# expects: harmless
import os
import sys

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for path in ("/bin/true", "/usr/bin/true", sys.executable, "/proc/self/exe", "/lib64/ld-linux-x86-64.so.2"):
        try:
            os.execve(path, [path, "-c", "0"], {})
        except OSError:
            continue
    return np.zeros(len(obs))
