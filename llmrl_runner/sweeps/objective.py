"""What a sweeper that searches for settings, such as Optuna's, is told of a run."""

from pathlib import Path

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.lookup import number

SPENT = "held_out"


def objective(figure: str | None, folder: Path) -> float | None:
    """The figure of result.json that `sweep.objective` names, such as `search.return_mean`; None where none is named.

    Raises ConfigError where the run has no such number, and for held-out ones: whoever chooses by them has no score
    left that no choice saw.
    """
    if figure is None:
        return None
    if figure.split(".")[0].startswith(SPENT):
        raise ConfigError("sweep.objective", f"{figure} is what choices are tested with, so nothing is chosen by it")
    value = number(RunFolder(folder).result(), *figure.split("."))
    if value is None:
        raise ConfigError("sweep.objective", f"{folder}: its result.json has no number {figure}")
    return value
