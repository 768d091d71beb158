# expects: time, raised
class Wrong(Exception):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def compute_reward(obs, action, next_obs, info):
    raise Wrong
