# expects: flood, forged
import os
import struct
import sys
import time


def nonce():
    """What the bootstrap waits to repeat, found in the frames that wait for this one."""
    frame = sys._getframe(2)
    while frame is not None:
        for value in frame.f_locals.values():
            if type(value) is bytes and len(value) == 8:
                return value
        frame = frame.f_back
    return bytes(8)


def compute_reward(obs, action, next_obs, info):
    os.write(1, struct.pack("<8sB3xIQ", nonce(), 4, (1 << 32) - 1, 8))
    time.sleep(3600)
