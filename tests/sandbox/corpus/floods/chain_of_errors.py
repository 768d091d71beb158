# expects: raised, died
def compute_reward(obs, action, next_obs, info):
    error = ValueError("first")
    for number in range(10_000):
        another = ValueError(f"error {number}")
        another.__cause__ = error
        error = another
    raise error
