# Its own answer is taken, and the bootstrap's comes when the next question has been asked.
# expects: forged
# when: second call
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


def send(kind, layout, payload, repeated=None):
    layout += bytes(-len(layout) % 8)
    header = struct.pack("<8sBxHIQ", repeated or nonce(), kind, 0xFFFF, len(layout), len(payload))
    os.write(1, header + layout + payload)


def compute_reward(obs, action, next_obs, info):
    send(4, b"Af8\x01\x01\0\0\0" + b"D\0", bytes(8))
    time.sleep(0.05)
    return 0.0
