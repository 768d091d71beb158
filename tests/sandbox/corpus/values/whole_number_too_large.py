# expects: answer, raised, harmless


def compute_reward(obs, action, next_obs, info):
    return [10**400] * len(obs)
