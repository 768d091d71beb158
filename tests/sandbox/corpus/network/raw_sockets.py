# expects: harmless
import socket

import numpy as np

KINDS = [
    (socket.AF_INET, socket.SOCK_RAW, 1),
    (socket.AF_INET, socket.SOCK_DGRAM, 1),
    (socket.AF_PACKET, socket.SOCK_RAW, 0),
    (socket.AF_NETLINK, socket.SOCK_RAW, 0),
    (getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM, 0),
    (getattr(socket, "AF_ALG", 38), socket.SOCK_SEQPACKET, 0),
    (31, socket.SOCK_RAW, 1),
    (44, socket.SOCK_RAW, 0),
]


def compute_reward(obs, action, next_obs, info):
    for kind in KINDS:
        try:
            socket.socket(*kind).close()
        except OSError:
            continue
        return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
