# expects: time, answer
class Reward:
    def __float__(self):
        while True:
            pass


def compute_reward(obs, action, next_obs, info):
    return [Reward() for _ in obs]
