# Everything that the process ever read is searched for the secret: a key that was once there would still be.
# expects: harmless, time, died
import ctypes
import re

import numpy as np


def compute_reward(obs, action, next_obs, info):
    found = b""
    try:
        with open("/proc/self/maps") as file:
            lines = file.read().splitlines()
    except OSError:
        return np.zeros(len(obs))
    for line in lines:
        low, high, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
        if not rights.startswith("rw") or "[v" in line:
            continue
        memory = ctypes.string_at(int(low, 16), int(high, 16) - int(low, 16))
        for hit in re.finditer(rb"canary-[0-9a-f]{8,}", memory):
            found += hit.group()
    return np.frombuffer(found, np.uint8).astype(float)
