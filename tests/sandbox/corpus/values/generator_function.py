# expects: answer, raised


def compute_reward(obs, action, next_obs, info):
    yield 1.0
