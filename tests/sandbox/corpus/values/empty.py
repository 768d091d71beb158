# expects: harmless, answer
# when: check


def compute_reward(obs, action, next_obs, info):
    return []
