# expects: harmless
# when: check
import numpy as np


def compute_reward(obs, action, next_obs, info, seen=[]):  # noqa: B006
    seen.append(len(obs))
    return np.full(len(obs), float(sum(seen)))
