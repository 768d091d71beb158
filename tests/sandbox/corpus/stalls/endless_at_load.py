# expects: time
# when: load
while True:
    pass
