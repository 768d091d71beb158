# expects: time, answer
import signal


def compute_reward(obs, action, next_obs, info):
    signal.pause()
