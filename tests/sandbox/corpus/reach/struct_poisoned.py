# expects: harmless, raised, forged, answer, died, time
import struct

import numpy as np


def compute_reward(obs, action, next_obs, info):
    for name in ("pack", "unpack", "pack_into", "unpack_from", "Struct", "calcsize"):
        setattr(struct, name, lambda *arguments, **options: b"\xff" * 64)
    return np.zeros(len(obs))
