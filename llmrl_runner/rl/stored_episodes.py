"""Whole episodes as a written reward sees them: drafts are tried on them before anything is trained."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray
from llmrl_runner.files.whole import replacing
from llmrl_runner.rl.rewards import Transitions

STEPS = ("rows", "actions", "next_rows", "terminated")


@dataclass(frozen=True)
class StoredEpisodes:
    """k episodes of n steps in all, one after the other, each in the order of its steps.

    transitions: the n steps. episodes (n,): which episode each belongs to, from 0. returns (k,), successes (k,) (None
    where success isn't defined): by the environment's own yardstick, whatever anybody trains with. seeds (k,): of the
    episodes. Raises ValueError where these don't go together.
    """

    transitions: Transitions
    episodes: IntArray
    returns: FloatArray
    successes: BoolArray | None
    seeds: IntArray

    def __post_init__(self) -> None:
        steps, n, k = self.transitions, len(self.transitions), len(self.seeds)
        one_a_step = (steps.actions, steps.next_rows, steps.terminated, self.episodes)
        one_an_episode = (self.returns, self.seeds if self.successes is None else self.successes)
        if any(len(array) != n for array in one_a_step) or any(array.shape != (k,) for array in one_an_episode):
            raise ValueError("the arrays are not of the same steps and episodes")
        if steps.rows.ndim != 2 or steps.rows.shape != steps.next_rows.shape:
            raise ValueError("the rows before and after the steps differ in shape")
        if not np.array_equal(np.unique(self.episodes), np.arange(k)) or (np.diff(self.episodes) < 0).any():
            raise ValueError("the episodes are not in order")

    def __len__(self) -> int:
        """How many episodes."""
        return len(self.seeds)

    @property
    def lengths(self) -> IntArray:
        """Steps (k,) of each episode."""
        return np.bincount(self.episodes, minlength=len(self)).astype(np.int64)

    def save(self, path: Path) -> None:
        """Write them to `path`, whole or not at all."""
        arrays: dict[str, AnyArray] = {name: getattr(self.transitions, name) for name in STEPS}
        arrays |= {"episodes": self.episodes, "returns": self.returns, "seeds": self.seeds}
        if self.successes is not None:
            arrays["successes"] = self.successes
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> "StoredEpisodes":
        """What `save` wrote. Raises ConfigError where it can't be read; the cure is for the caller to say."""
        try:
            with np.load(path, allow_pickle=False) as file:
                steps = Transitions(**{name: file[name] for name in STEPS})
                return cls(steps, file["episodes"], file["returns"], file.get("successes"), file["seeds"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, BadZipFile, zlib.error) as error:
            raise ConfigError("", f"{path}: can't be read ({type(error).__name__}: {error})") from error


def joined(parts: Sequence[StoredEpisodes]) -> StoredEpisodes:
    """At least one as one, in their order. Raises ValueError where their rows differ in width."""
    if len({part.transitions.rows.shape[1:] for part in parts}) > 1:
        raise ValueError("the rows are of different widths")
    firsts = np.cumsum([0] + [len(part) for part in parts[:-1]])
    successes = [part.successes for part in parts if part.successes is not None]
    steps = {name: np.concatenate([getattr(part.transitions, name) for part in parts]) for name in STEPS}
    return StoredEpisodes(
        transitions=Transitions(**steps),
        episodes=np.concatenate([part.episodes + first for part, first in zip(parts, firsts, strict=True)]),
        returns=np.concatenate([part.returns for part in parts]),
        successes=np.concatenate(successes) if len(successes) == len(parts) else None,
        seeds=np.concatenate([part.seeds for part in parts]),
    )
