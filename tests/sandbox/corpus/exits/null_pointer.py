# expects: died
import ctypes


def compute_reward(obs, action, next_obs, info):
    return ctypes.string_at(0)
