"""Running one job: it is estimated, shown where it is finished, or tried, whatever happens on the way."""

from typing import Any

from omegaconf import DictConfig, OmegaConf

from llmrl_runner.attempt import Attempt, Outcome
from llmrl_runner.config.check import checked
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.job import Job, Sweep
from llmrl_runner.methods.estimate import estimate_run
from llmrl_runner.runs.continuing import check_length, find_source, goes_on, take_over
from llmrl_runner.runs.folder import locate


def run_job(composed: DictConfig, sweep: Sweep | None = None) -> Outcome:
    """Run what `composed` describes, or show it where it is finished; `sweep` is what it is a part of.

    Raises ConfigError before anything is written. What goes wrong later is told in the outcome and in status.json.
    """
    config = checked(composed)
    if sweep is None and config.sweep.max_cost_usd is not None:
        raise ConfigError("sweep.max_cost_usd", "is for sweeps (-m); the limit of a single run is llm.max_cost_usd")
    resolved: Any = OmegaConf.to_container(composed, resolve=True)
    job = Job(config, resolved, sweep)
    return _estimated(job) if config.estimate else _run(job)


def _estimated(job: Job) -> Outcome:
    """Say how much the run can ask, and about what it costs; nothing is asked and nothing kept."""
    with job.environment:
        found = estimate_run(job.runner_class, job.config, job.environment)
    print(f"{job.label}: at most {found.text}")
    return Outcome("estimated", estimate=found)


def _run(job: Job) -> Outcome:
    """Finish the run in its folder, or show it where it is finished."""
    source = find_source(job.config.continue_from, job.resolved)
    base = job.base_folder(source)
    if source is not None:
        check_length(source, locate(base, is_rerun=False), job.config.method.iterations)
    if job.config.rerun or not locate(base, is_rerun=False).is_finished:
        job.check_what_running_needs()
    folder = job.writable(base)
    if job.sweep is not None:
        job.sweep.tell_folder(folder.path)
    with job.environment, folder.locked(print):
        attempt = Attempt(job, folder)
        if folder.is_finished and not goes_on(job.resolved, folder):
            return attempt.show_again()
        if source is not None:
            take_over(source, folder)
        job.check_what_running_needs()
        return attempt.finish()
