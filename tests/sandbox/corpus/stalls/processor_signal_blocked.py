# expects: time
import signal


def compute_reward(obs, action, next_obs, info):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXCPU, signal.SIGTERM, signal.SIGINT})
    while True:
        pass
