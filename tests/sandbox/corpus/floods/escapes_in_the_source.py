# expects: raised
def compute_reward(obs, action, next_obs, info):
    raise ValueError("[2J")  # ]0;title
