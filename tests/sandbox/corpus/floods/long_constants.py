# expects: answer, flood, constants, raised
# when: load
CONSTANTS = {f"weight_{number}": 1.0 for number in range(100_000)}


def compute_reward(obs, action, next_obs, info):
    return 0.0
