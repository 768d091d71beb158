# expects: time, memory
def compute_reward(obs, action, next_obs, info):
    return 9**9**9
