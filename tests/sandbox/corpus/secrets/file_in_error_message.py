# expects: harmless, raised
def compute_reward(obs, action, next_obs, info):
    with open("/canary/home/notes.txt") as file:
        raise ValueError(file.read())
