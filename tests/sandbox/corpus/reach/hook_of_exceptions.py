# expects: harmless, raised, forged, answer, died, time
import sys


def compute_reward(obs, action, next_obs, info):
    sys.excepthook = lambda *arguments: open("/canary/tmp/escaped", "w")
    sys.unraisablehook = sys.excepthook
    raise ValueError("look at the hook")
