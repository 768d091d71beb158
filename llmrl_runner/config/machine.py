"""What this machine has for a run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

GIVEN_BY_SLURM = "SLURM_CPUS_PER_TASK"
# Set by a sweep that runs so many jobs side by side here.
JOBS_AT_ONCE = "LLMRL_JOBS_AT_ONCE"


def usable_cores() -> int:
    """How many cores this process may run on; of a cluster's node as many as its job was given."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(here, int(os.environ.get(GIVEN_BY_SLURM, here)))


def own_cores() -> int:
    """How many of them are this job's: its share of them in a sweep whose jobs run side by side, at least one."""
    return max(1, usable_cores() // int(os.environ.get(JOBS_AT_ONCE, "1")))


@contextmanager
def variable_set(name: str, value: str) -> Iterator[None]:
    """An environment variable for what is started meanwhile."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
