# expects: raised


def compute_reward(obs, action, next_obs, info):
    return obs - action
