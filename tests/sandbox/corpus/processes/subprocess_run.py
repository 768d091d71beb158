# expects: harmless
import subprocess

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        subprocess.run(["/bin/sh", "-c", "exit 0"], timeout=0.3, check=False)
    except (OSError, subprocess.SubprocessError):
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
