# expects: harmless
# when: check
def compute_reward(obs, action, next_obs, info):
    return next_obs, {"action": action, "obs": obs.T, **info}
