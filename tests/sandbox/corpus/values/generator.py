# expects: answer, raised


def compute_reward(obs, action, next_obs, info):
    return (float(row) for row in range(len(obs)))
