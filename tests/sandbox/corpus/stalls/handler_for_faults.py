# A handler that returns to the fault meets it again, for ever.
# expects: time, died, raised
import ctypes
import signal


def compute_reward(obs, action, next_obs, info):
    signal.signal(signal.SIGSEGV, lambda number, frame: None)
    return float(ctypes.string_at(0)[0])
