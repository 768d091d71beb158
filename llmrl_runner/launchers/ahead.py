"""Looking at a job where the sweep was started, so that none waits in a queue which needs no node."""

from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from llmrl_runner.config.check import checked
from llmrl_runner.config.errors import ConfigError, NothingToDoError
from llmrl_runner.jobs import Job
from llmrl_runner.runs.continuing import find_source, goes_on
from llmrl_runner.runs.folder import RunFolder, locate


def needs_no_node(composed: DictConfig) -> bool:
    """Whether the job is told about at once: estimated, finished before, refused, or with nothing to do.

    composed: what Hydra hands a job. What only a node can know (a GPU, a sandbox) is left to the node.
    """
    try:
        config = checked(composed)
    except (ConfigError, OmegaConfBaseException):
        return True
    if config.estimate:
        return True
    try:
        job = _job(composed)
        with job.environment:
            return not config.rerun and _is_finished(job)
    except NothingToDoError:
        return True
    except Exception:  # the job itself notes what it breaks on, where it would have run
        return False


def folder_of(composed: DictConfig) -> RunFolder | None:
    """The folder of a job's run, as it is now; None where this machine can't tell."""
    try:
        job = _job(composed)
        with job.environment:
            return _folder(job)
    except Exception:  # as above
        return None


def _job(composed: DictConfig) -> Job:
    resolved: Any = OmegaConf.to_container(composed, resolve=True)
    return Job(checked(composed), resolved, in_sweep=True)


def _is_finished(job: Job) -> bool:
    folder = _folder(job)
    return folder.is_finished and not goes_on(job.resolved, folder)


def _folder(job: Job) -> RunFolder:
    return locate(job._base_folder(find_source(job.config.continue_from, job.resolved)), is_rerun=False)
