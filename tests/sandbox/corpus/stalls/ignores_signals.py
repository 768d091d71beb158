# expects: time
import signal


def compute_reward(obs, action, next_obs, info):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while True:
        pass
