# expects: harmless, answer, raised


class Reward(float):
    def __float__(self):
        return float("nan")

    def __add__(self, other):
        raise ValueError("no sums")


def compute_reward(obs, action, next_obs, info):
    return [Reward(1.0) for _ in obs]
