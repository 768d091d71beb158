# expects: syntax, raised
def compute_reward(obs, action, next_obs, info):
    raise SyntaxError("look here", ("/canary/home/notes.txt", 1, 1, None))
