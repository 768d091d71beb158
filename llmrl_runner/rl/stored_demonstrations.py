"""What a file of demonstrations says, checked for its form alone."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.rl.demonstrations import EpisodeError

KEY = "method.demos.path"
LARGEST = 2**63 - 1  # that arrays hold
RANGE = "between 0 and 2**63 - 1"


@dataclass(frozen=True)
class StoredEpisode:
    """An episode as a file tells it; None for what it doesn't say."""

    seed: int
    actions: list[int]
    is_chosen: list[bool]
    episode_return: float | None = None
    success: bool | None = None


@dataclass(frozen=True)
class Stored:
    """A file's episodes and what it says of their origin. costs, observations: see Demonstrations."""

    episodes: list[StoredEpisode]
    env_id: str
    kwargs: dict[str, Any] | None
    model: str
    how: str
    attempted: int | None
    costs: dict[str, AnyArray] = field(default_factory=dict)
    observations: AnyArray | None = None


def refusal(path: Path, problem: str) -> ConfigError:
    """What to raise for a file."""
    return ConfigError(KEY, f"{path}: {problem}")


def check_episodes(path: Path, episodes: list[StoredEpisode]) -> None:
    """Raise where there are none, or one has a seed that can't be, or that another one has."""
    if not episodes:
        raise refusal(path, "it holds no episodes")
    first: dict[int, int] = {}
    for number, episode in enumerate(episodes):
        if not 0 <= episode.seed <= LARGEST:
            raise EpisodeError(number, f"its seed {episode.seed} is no whole number {RANGE}")
        if episode.seed in first:
            raise EpisodeError(number, f"its seed {episode.seed} is that of episode {first[episode.seed]} too")
        first[episode.seed] = number
