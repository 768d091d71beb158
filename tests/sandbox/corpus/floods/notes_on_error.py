# expects: raised
def compute_reward(obs, action, next_obs, info):
    error = ValueError("no")
    for _ in range(10_000):
        error.add_note("look here\n" * 10)
    raise error
