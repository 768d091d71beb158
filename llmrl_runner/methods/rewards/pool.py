"""Trainings side by side: in processes of this machine, or as jobs of a cluster."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from llmrl_runner.config.machine import own_cores
from llmrl_runner.config.method_schema import RewardGenConfig
from llmrl_runner.methods.rewards.cluster import on_cluster
from llmrl_runner.methods.rewards.job import (
    Broken,
    TrainingError,
    TrainingJob,
    attempt,
    is_done,
    steps_before,
    steps_so_far,
)
from llmrl_runner.runs.progress import Progress

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux's prctl
SECONDS_BETWEEN_LOOKS = 1.0

Look = Callable[[], None]  # called now and then while trainings run


def run_all(jobs: Sequence[TrainingJob], config: RewardGenConfig, log_folder: Path, look: Look) -> None:
    """Run those of the jobs that aren't done. Each leaves its folder; what broke inside one is raised here.

    log_folder: where a cluster's jobs keep their notes. look: hears nothing, but may look at the jobs' folders.
    """
    missing = [job for job in jobs if not is_done(job)]
    if missing:
        LAUNCHERS[config.launcher](missing, config, log_folder, look)


def show_steps(jobs: Sequence[TrainingJob], progress: Progress) -> None:
    """How far they are together, in environment steps."""
    begun_with = sum(steps_before(job) for job in jobs)
    of = sum(job.goal for job in jobs) - begun_with
    progress.part(min(max(0, sum(steps_so_far(job) for job in jobs) - begun_with), of), of, "steps of training")


def workers_of(config: RewardGenConfig) -> int:
    """How many trainings run at once on this machine."""
    return config.workers or own_cores()


def _locally(jobs: Sequence[TrainingJob], config: RewardGenConfig, log_folder: Path, look: Look) -> None:
    """In processes that die with this one, whatever it dies of, so that a folder has one writer."""
    workers = min(workers_of(config), len(jobs))
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_die_with_parent, initargs=(os.getpid(),))
    try:
        for future in _as_done([pool.submit(attempt, job) for job in jobs], look):
            if broken := future.result():
                broken.reraise()
    except BrokenProcessPool as error:
        _end_at_once(pool)
        raise TrainingError("a training's process was killed; perhaps there was no memory left for it") from error
    except BaseException:
        _end_at_once(pool)
        raise
    pool.shutdown()


LAUNCHERS: dict[str, Callable[[Sequence[TrainingJob], RewardGenConfig, Path, Look], None]] = {
    "local": _locally,
    "submitit": on_cluster,
}


def _as_done(futures: "list[Future[Broken | None]]", look: Look) -> "Iterator[Future[Broken | None]]":
    """Each when it is done; `look` in between."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED)
        look()
        yield from done


def _end_at_once(pool: ProcessPoolExecutor) -> None:
    """Without waiting for trainings that nobody wants any more."""
    processes = list((pool._processes or {}).values())  # the pool itself offers no way to end what runs
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


def _die_with_parent(parent: int) -> None:
    """Ctrl-C is the parent's to hear, and its death, even by kill -9, this process's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it could be asked for
        os._exit(1)
