# expects: raised, died
import sys


def compute_reward(obs, action, next_obs, info):
    sys.exit("no reward today")
