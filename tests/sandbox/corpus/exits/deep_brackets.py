# expects: syntax, raised, memory, died
# when: load
exec("(" * 5000 + ")" * 5000)
