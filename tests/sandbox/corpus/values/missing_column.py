# expects: raised


def compute_reward(obs, action, next_obs, info):
    return next_obs[:, 99]
