"""Trainings as jobs of a cluster, through submitit: Slurm's, or processes of this machine to try it without one."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from llmrl_runner.cluster.environment import carried_lines
from llmrl_runner.cluster.watch import Watch
from llmrl_runner.config.errors import ConfigError, nearest
from llmrl_runner.config.method_schema import RewardGenConfig, SubmititConfig
from llmrl_runner.methods.rewards.job import TrainingError, TrainingJob, attempt

if TYPE_CHECKING:
    from submitit import AutoExecutor

KEY = "method.submitit.cluster"
CLUSTERS = ("slurm", "local", "debug")
SECONDS_BETWEEN_LOOKS = 1.0


def check_cluster(settings: SubmititConfig) -> None:
    """Raise ConfigError where there is no such cluster here."""
    name = settings.cluster
    if name is not None and name not in CLUSTERS:
        problem = f"'{name}' is not known; {', '.join(CLUSTERS)} are{nearest(name, CLUSTERS)}"
        raise ConfigError(KEY, problem)
    if name == "slurm" and which("sbatch") is None:
        raise ConfigError(KEY, "slurm's sbatch is not found on this machine; local and debug need none")


def on_cluster(
    jobs: Sequence[TrainingJob], config: RewardGenConfig, log_folder: Path, look: Callable[[], None]
) -> None:
    """Run them all, and see to it that none goes on where one broke or Ctrl-C was pressed.

    Where this process is killed its jobs go on. The same command then submits them again, and each of those waits for
    the one that is at its folder and finds it done. Raises what `Broken` says, TrainingError for a job that was lost.
    """
    executor = executor_of(config.submitit, log_folder)
    with executor.batch():
        submitted: list[Any] = [executor.submit(attempt, job) for job in jobs]
    try:
        _wait(list(zip(jobs, submitted, strict=True)), look)
    except BaseException:
        for each in submitted:
            each.cancel(check=False)
        raise


def executor_of(settings: SubmititConfig, log_folder: Path) -> "AutoExecutor":
    """What submits, as `method.submitit` says. Its notes go below `log_folder`, which is made."""
    from submitit import AutoExecutor

    logging.getLogger("submitit").setLevel(logging.ERROR)  # it warns each time that a cluster keeps no accounts
    executor = AutoExecutor(log_folder, cluster=settings.cluster)
    executor.update_parameters(
        name="llmrl",
        timeout_min=settings.timeout_min,
        mem_gb=settings.mem_gb,
        cpus_per_task=settings.cpus_per_task,
        slurm_partition=settings.partition,
        slurm_account=settings.account,
        slurm_setup=[*carried_lines(), *settings.setup],
        slurm_additional_parameters=dict(settings.additional_parameters),
    )
    return executor


def _wait(waiting: list[tuple[TrainingJob, Any]], look: Callable[[], None]) -> None:
    """Until all are done, in whatever order; the first that broke or was lost ends it."""
    jobs = {id(submitted): job for job, submitted in waiting}
    watch = Watch([submitted for _, submitted in waiting])
    while watch.waiting:
        for submitted, lost in watch.ended():
            job = jobs[id(submitted)]
            if lost:
                raise TrainingError(f"{job.name}: the cluster's {lost}")
            _collect(job, submitted)
        look()
        if watch.waiting:
            time.sleep(SECONDS_BETWEEN_LOOKS)


def _collect(job: TrainingJob, submitted: Any) -> None:
    from submitit.core.utils import FailedJobError, UncompletedJobError

    try:
        broken = submitted.result()
    except (FailedJobError, UncompletedJobError) as error:
        log = submitted.paths.stderr
        words = f"{job.name}: the cluster's job {submitted.job_id} ended without an answer ({log} says more)"
        raise TrainingError(f"{words}\n{error}") from None
    if broken:
        broken.reraise()
