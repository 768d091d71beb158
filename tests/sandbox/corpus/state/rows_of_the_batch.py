# Each row's reward depends on its neighbours: alone it gets another than in a batch.
# expects: harmless
# when: check
def compute_reward(obs, action, next_obs, info):
    return obs[:, 0] - obs[:, 0].mean()
