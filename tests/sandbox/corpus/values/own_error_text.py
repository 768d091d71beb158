# expects: raised


def compute_reward(obs, action, next_obs, info):
    raise ValueError("<b>bold</b> {{ template }} `code` \x1b[31m")
