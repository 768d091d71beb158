# expects: harmless
import socket

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect(("127.0.0.1", 54322))
            sender.sendmsg([b"escaped"])
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
