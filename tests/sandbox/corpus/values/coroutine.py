# expects: answer, raised
async def later():
    return 1.0


def compute_reward(obs, action, next_obs, info):
    return later()
