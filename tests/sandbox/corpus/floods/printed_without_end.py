# expects: time
def compute_reward(obs, action, next_obs, info):
    while True:
        print("reward " * 100, flush=True)
