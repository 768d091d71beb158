# expects: answer


def compute_reward(obs, action, next_obs, info):
    return None, {"distance": obs[:, 0]}
