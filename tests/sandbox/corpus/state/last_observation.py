# A potential that remembers the row before pays for the order of the batch.
# expects: harmless
# when: check
import numpy as np

last = None


def compute_reward(obs, action, next_obs, info):
    global last
    before, last = last, obs
    return np.zeros(len(obs)) if before is None else np.full(len(obs), float((obs - before).sum()))
