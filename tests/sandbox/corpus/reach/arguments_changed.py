# expects: harmless, raised
def compute_reward(obs, action, next_obs, info):
    rewards = obs.sum(axis=1)
    for value in (obs, action, next_obs, *info.values()):
        for change in (
            lambda value: value.__setitem__(slice(None), 7.0),
            lambda value: value.sort(),
            lambda value: value.fill(7),
        ):
            try:
                change(value)
            except ValueError:
                continue
    return rewards
