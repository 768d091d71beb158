"""What a sweeper that searches for settings, such as Optuna's, is told of a run."""

from pathlib import Path

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.lookup import number


def objective(figure: str, folder: Path) -> float:
    """The figure of result.json that `sweep.objective` names, such as `search.return_mean`.

    Raises ConfigError where the run has no such number.
    """
    value = number(RunFolder(folder).result(), *figure.split("."))
    if value is None:
        raise ConfigError("sweep.objective", f"{folder}: its result.json has no number {figure}")
    return value
