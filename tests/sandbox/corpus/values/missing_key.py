# expects: raised


def compute_reward(obs, action, next_obs, info):
    return info["no_such_key"]
