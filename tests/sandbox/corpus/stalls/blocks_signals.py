# expects: time
import signal


def compute_reward(obs, action, next_obs, info):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
