# expects: raised
def compute_reward(obs, action, next_obs, info):
    raise ValueError("\n".join(f"line {number}\x1b[31m\r\x00" for number in range(10_000)))
