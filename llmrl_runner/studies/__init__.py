"""Studies: the arms in conf/experiment/<study>, run as sweeps, and what they came to as a folder of experiments/."""
