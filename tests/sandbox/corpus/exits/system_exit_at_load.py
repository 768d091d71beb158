# expects: raised, died
# when: load
raise SystemExit(0)
