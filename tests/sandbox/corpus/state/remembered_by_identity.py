# expects: harmless
# when: check
import numpy as np

known = {}


def compute_reward(obs, action, next_obs, info):
    return known.setdefault(id(obs), np.arange(float(len(known)), len(known) + len(obs)))
