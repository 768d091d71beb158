"""Where the jobs of a sweep run: here one by one or side by side, or on a cluster.

Hydra takes launchers from packages of this name alone, and imports them at every start; so these import late.
"""
