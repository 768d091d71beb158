# expects: harmless
import importlib.util
import os
import py_compile

import numpy as np


def compute_reward(obs, action, next_obs, info):
    cache = importlib.util.cache_from_source(np.__file__)
    before = os.path.exists(cache) and os.stat(cache).st_mtime_ns
    try:
        py_compile.compile(np.__file__, doraise=True)
    except (OSError, py_compile.PyCompileError):
        return np.zeros(len(obs))
    after = os.path.exists(cache) and os.stat(cache).st_mtime_ns
    return np.full(len(obs), 666.0 if after != before else 0.0)
