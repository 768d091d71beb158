# expects: harmless
# with: encodings.idna
import socket

import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        with socket.create_connection(("127.0.0.1", 54321), timeout=0.3) as connection:
            connection.sendall(b"escaped")
    except OSError:
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
