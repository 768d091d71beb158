# expects: time, forged, flood, died
# when: load
import os

while True:
    os.write(1, bytes(65536))
