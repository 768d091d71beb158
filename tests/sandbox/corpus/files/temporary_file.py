# expects: harmless
import tempfile

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        with tempfile.NamedTemporaryFile(prefix="escaped-") as file:
            file.write(b"escaped")
            file.flush()
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
