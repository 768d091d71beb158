# expects: raised, died
def compute_reward(obs, action, next_obs, info):
    raise KeyboardInterrupt
