# expects: raised
def deeper(level):
    if level == 0:
        raise ValueError("x" * 200)
    deeper(level - 1)


def compute_reward(obs, action, next_obs, info):
    deeper(900)
