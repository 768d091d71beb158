# expects: died, raised, forged, time, answer
import ctypes


def compute_reward(obs, action, next_obs, info):
    ctypes.memset(id(type(obs)), 0x41, 4096)
    return float(obs.sum())
