# expects: time, raised
import sys


def compute_reward(obs, action, next_obs, info):
    sys.set_int_max_str_digits(0)
    return float(len(str(7 ** (10**7))))
