# expects: answer, raised


class Reward:
    def __array__(self, *arguments, **options):
        raise ValueError("not today")


def compute_reward(obs, action, next_obs, info):
    return Reward()
