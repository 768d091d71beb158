# expects: harmless
# when: check


def compute_reward(obs, action, next_obs, info):
    return 1.0
