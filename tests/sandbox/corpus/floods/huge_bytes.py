# expects: memory, raised, died
def compute_reward(obs, action, next_obs, info):
    return float(len(b"x" * (1 << 34)))
