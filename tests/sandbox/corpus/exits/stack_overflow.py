# expects: died, raised, memory, time
import sys


def compute_reward(obs, action, next_obs, info):
    sys.setrecursionlimit(1 << 30)

    class Deep:
        def __getattr__(self, name):
            return getattr(self, name + "")

    return [Deep().reward, sorted([1, 2], key=lambda item: compute_reward(obs, action, next_obs, info))]
