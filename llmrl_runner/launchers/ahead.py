"""Looking at a job where the sweep was started, so that none waits in a queue which needs no node."""

from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from llmrl_runner.config.check import checked
from llmrl_runner.config.errors import ConfigError, NothingToDoError
from llmrl_runner.job import Job
from llmrl_runner.runs.folder import RunFolder


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
            return job.is_finished
    except NothingToDoError:
        return True
    except Exception:  # the job itself notes what it breaks on, where it would have run
        return False


def folder_of(composed: DictConfig) -> RunFolder | None:
    """The folder of a job's run, as it is now; None where this machine can't tell."""
    try:
        job = _job(composed)
        with job.environment:
            return job.located
    except Exception:  # as above
        return None


def _job(composed: DictConfig) -> Job:
    resolved: Any = OmegaConf.to_container(composed, resolve=True)
    return Job(checked(composed), resolved)
