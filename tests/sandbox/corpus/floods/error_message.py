# expects: raised
def compute_reward(obs, action, next_obs, info):
    raise ValueError("no reward " * 500_000)
