"""Opening what trainings have stored, with the cure where it is damaged."""

from pathlib import Path
from typing import TypeVar

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.methods.rewards.job import TRAININGS
from llmrl_runner.rl.buffers import Buffer
from llmrl_runner.rl.stored_episodes import StoredEpisodes
from llmrl_runner.runs.iteration import FOLDER, cure_of

Stored = TypeVar("Stored", Buffer, StoredEpisodes)


def load_stored(kind: type[Stored], path: Path) -> Stored:
    """The steps or episodes in a file of a training, or of the random actions that a run begins with.

    Raises ConfigError where it can't be read. What lies in a complete iteration isn't made again by itself: the whole
    iteration is.
    """
    try:
        return kind.load(path)
    except ConfigError as error:
        iterations = [folder for folder in path.parents if FOLDER.fullmatch(folder.name)]
        is_complete = iterations and iterations[0].parent.name != TRAININGS
        cure = cure_of(iterations[0]) if is_complete else f"delete {path.parent}, and the same command trains it again"
        raise ConfigError("", f"{error.problem}; {cure}") from error
