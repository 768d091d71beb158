# expects: memory, raised, died, time
def compute_reward(obs, action, next_obs, info):
    text = "reward"
    while True:
        text += text
