"""The methods: one runner class each, that reads like its algorithm. `base.py` owns everything else."""
