# A leak of one batch a call, which only many calls feel.
# expects: harmless
# when: check
seen = []


def compute_reward(obs, action, next_obs, info):
    seen.append(obs.copy())
    return obs[:, 0] * 0.0
