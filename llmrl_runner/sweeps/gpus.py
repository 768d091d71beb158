"""GPUs for the jobs of sweeps: each takes one of its own out of the machine's pool, which all sweeps here share."""

import getpass
import os
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout
from omegaconf import DictConfig

VISIBLE = "CUDA_VISIBLE_DEVICES"
GIVEN_BY_SLURM = "SLURM_JOB_ID"  # there the cluster hands out GPUs
SECONDS_BETWEEN_TRIES = 0.5


def wants_gpu(config: DictConfig) -> bool:
    """Whether a job trains on a GPU."""
    return bool(config.device == "cuda")


@cache
def gpus() -> tuple[str, ...]:
    """The GPUs that this command may use, as CUDA_VISIBLE_DEVICES would name them; none where there is no driver."""
    if (visible := os.environ.get(VISIBLE)) is not None:
        return tuple(name.strip() for name in visible.split(",") if name.strip() not in ("", "-1", "NoDevFiles"))
    asking = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        found = subprocess.run(asking, capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(found.split())


def hold_a_gpu(config: DictConfig) -> None:
    """Have this process see one GPU alone, which no other job sees, from now to its end; wait until one is free.

    A process keeps its GPU for all jobs that it runs: CUDA reads the variable once. Nothing happens where the job
    doesn't train on a GPU, or the cluster has given it one, or there is none (which the job itself will say).
    """
    if wants_gpu(config) and GIVEN_BY_SLURM not in os.environ and gpus():
        _held(config.sweep.jobs_a_gpu)


@cache
def _held(jobs_a_gpu: int) -> FileLock:
    """The lock on a place at a GPU, kept as long as this process lives; the kernel frees it then."""
    places = [(gpu, place) for place in range(jobs_a_gpu) for gpu in gpus()]
    while True:
        for gpu, place in places:
            lock = FileLock(_locks() / f"{gpu.replace('/', '_')}.{place}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            os.environ[VISIBLE] = gpu
            return lock
        time.sleep(SECONDS_BETWEEN_TRIES)


def _locks() -> Path:
    folder = Path(tempfile.gettempdir()) / f"llmrl-gpus-{getpass.getuser()}"
    folder.mkdir(exist_ok=True)
    return folder
