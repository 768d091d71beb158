# expects: memory, time, died
def compute_reward(obs, action, next_obs, info):
    seen = []
    while True:
        seen.append(bytes(1_000_000))
