# expects: raised
def compute_reward(state):
    return 0.0
