# Only the parent says that time was up.
# expects: forged
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
    send(
        5,
        b"Ai8\x01\x01\0\0\0D\1" + bytes([4]) + b"timeAu1\x01" + struct.pack("<I", 8),
        struct.pack("<q", 1) + b"too slow",
    )
    time.sleep(3600)
