# expects: time
import threading


def compute_reward(obs, action, next_obs, info):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
