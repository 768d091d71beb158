# expects: missing, raised, answer, syntax
# when: load
compute_reward = 1.0
