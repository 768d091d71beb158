# expects: raised, syntax
# when: load
raise SyntaxError("look here", ("/canary/home/notes.txt", 1, 1, None, 1, 5))


def compute_reward(obs, action, next_obs, info):
    return 0.0
