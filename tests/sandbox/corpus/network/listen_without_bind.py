# A socket that listens without being bound gets a port of the kernel's choice.
# expects: harmless
import socket

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        with socket.socket() as server:
            server.listen()
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
