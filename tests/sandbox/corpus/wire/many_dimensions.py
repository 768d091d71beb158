# expects: forged
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


def send(kind, layout, payload, repeated=None):
    layout += bytes(-len(layout) % 8)
    header = struct.pack("<8sB3xIQ", repeated or nonce(), kind, len(layout), len(payload))
    os.write(1, header + layout + payload)


def compute_reward(obs, action, next_obs, info):
    send(4, b"Af8\xff" + bytes(4 * 255) + b"D\0", bytes(8))
    time.sleep(3600)
