# expects: harmless, time, raised, forged, died
def compute_reward(obs, action, next_obs, info):
    return float(len(input("reward? ")))
