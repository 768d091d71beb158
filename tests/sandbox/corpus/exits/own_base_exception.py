# expects: raised, died
class Leave(BaseException):
    pass


def compute_reward(obs, action, next_obs, info):
    raise Leave("whatever catches Exception alone")
