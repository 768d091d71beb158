# expects: answer, raised


def compute_reward(obs, action, next_obs, info):
    return 1j
