# expects: flood, forged
import os
import struct
import sys
import time


def nonce():
    """What the bootstrap has to repeat, found in the frames that wait for this one."""
    frame = sys._getframe(2)
    while frame is not None:
        for value in frame.f_locals.values():
            found = getattr(value, "nonce", value)
            if type(found) is bytes and len(found) == 8:
                return found
        frame = frame.f_back
    return bytes(8)


def compute_reward(obs, action, next_obs, info):
    os.write(1, struct.pack("<8sBxHIQ", nonce(), 4, 0, 16, 1 << 62))
    time.sleep(3600)
