# expects: memory, raised, died
# when: load
table = [bytes(10_000_000) for _ in range(10_000)]


def compute_reward(obs, action, next_obs, info):
    return 0.0
