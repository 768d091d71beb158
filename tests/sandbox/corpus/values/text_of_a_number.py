# NumPy would turn it into a number where asked to; it isn't one.
# expects: answer, raised


def compute_reward(obs, action, next_obs, info):
    return ["1.0"] * len(obs)
