# expects: died
# when: load
import os

os._exit(0)
