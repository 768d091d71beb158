# expects: time
import re


def compute_reward(obs, action, next_obs, info):
    return float(bool(re.match(r"(a+)+$", "a" * 60 + "b")))
