# The loop is in what turns the answer into numbers, after the function has returned.
# expects: time
class Reward:
    def __array__(self, dtype=None, copy=None):
        while True:
            pass


def compute_reward(obs, action, next_obs, info):
    return Reward()
