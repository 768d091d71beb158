# expects: missing, raised, answer, syntax
# when: load
def reward(obs, action, next_obs, info):
    return 0.0
