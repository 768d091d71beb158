"""What this machine has for a run."""

import os

# Set by a sweep that runs so many jobs side by side here.
JOBS_AT_ONCE = "LLMRL_JOBS_AT_ONCE"


def usable_cores() -> int:
    """How many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def own_cores() -> int:
    """How many of them are this job's: its share of them in a sweep whose jobs run side by side, at least one."""
    return max(1, usable_cores() // int(os.environ.get(JOBS_AT_ONCE, "1")))
