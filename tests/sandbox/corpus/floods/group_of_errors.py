# expects: raised
def compute_reward(obs, action, next_obs, info):
    raise ExceptionGroup("many", [ValueError("x" * 1000) for _ in range(1_000)])
