# expects: harmless
import numpy as np


def compute_reward(obs, action, next_obs, info):
    try:
        import sqlite3

        with sqlite3.connect("/canary/tmp/escaped.db") as base:
            base.execute("create table escaped (reward real)")
    except (ImportError, sqlite3.Error):
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
