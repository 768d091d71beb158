# expects: raised
def compute_reward(obs, action, next_obs, info):
    raise type("Wrong\n\x1b[2J" * 10_000, (Exception,), {})("no")
