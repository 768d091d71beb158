# expects: raised, died
# when: load
raise KeyboardInterrupt
