"""Stored steps of off-policy training: kept beside a checkpoint as plain arrays, paid anew, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray
from llmrl_runner.files.whole import replacing
from llmrl_runner.rl.rewards import MOST_ROWS, Reward, Transitions
from llmrl_runner.rl.stored_episodes import StoredEpisodes

FILE_NAME = "buffer.npz"
STEPS = ("observations", "next_observations", "actions", "rewards", "terminated", "truncated")

RowsOf = Callable[[AnyArray], FloatArray]  # what a reward sees of observations (n, ...): rows (n, f)


@dataclass(frozen=True)
class Buffer:
    """n steps, episode after episode.

    observations and next_observations (n, ...) as they were before any scaling; actions (n, d) in shares of their
    range, -1 to 1, as SB3 stores them (numbers of actions, where one is chosen out of several); action_low, action_high
    (d,) that range, in the environment's units; rewards (n,). terminated (n,): the environment's own rules ended the
    episode there; truncated (n,): it was cut off there, by a time limit or the end of the training. Raises ValueError
    where these don't go together.
    """

    observations: AnyArray
    next_observations: AnyArray
    actions: FloatArray
    action_low: FloatArray
    action_high: FloatArray
    rewards: FloatArray
    terminated: BoolArray
    truncated: BoolArray

    def __post_init__(self) -> None:
        n, ends = len(self.rewards), (self.terminated, self.truncated)
        is_whole = self.rewards.shape == (n,) and all(end.shape == (n,) and end.dtype == np.bool_ for end in ends)
        is_seen = self.observations.shape == self.next_observations.shape and len(self.observations) == n
        if not is_whole or not is_seen or self.actions.shape != (n, *self.action_low.shape):
            raise ValueError("the arrays are not of the same steps")
        if self.action_low.shape != self.action_high.shape or self.action_low.ndim != 1:
            raise ValueError("the actions have no range")

    def __len__(self) -> int:
        return len(self.rewards)

    @property
    def env_actions(self) -> FloatArray:
        """The actions (n, d) as the environment was given them, in its units."""
        shares: FloatArray = 0.5 * (self.actions + 1.0)
        return self.action_low + shares * (self.action_high - self.action_low)

    def save(self, path: Path) -> None:
        """Write it to `path`, whole or not at all; numbers of 64 bits as 32, which is what networks compute with."""
        arrays = {field.name: _compact(getattr(self, field.name)) for field in fields(self)}
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> "Buffer":
        """What `save` wrote. Raises ConfigError where it can't be read; the cure is for the caller to say."""
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls(**{field.name: file[field.name] for field in fields(cls)})
        except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, BadZipFile) as error:
            raise ConfigError("", f"{path}: can't be read ({type(error).__name__}: {error})") from error


@dataclass(frozen=True)
class Pool:
    """Steps that a training learns from beside its own, and how many gradient steps it makes on them before its first.

    A training that does so takes no random actions: its policy has learned already.
    """

    buffer: Buffer
    updates_before: int = 0


def as_rows(observations: AnyArray) -> FloatArray:
    """Observations (n, ...) whose numbers are the environment's fields, as rows (n, f)."""
    return observations.reshape(len(observations), -1).astype(np.float64)


def buffer_of(stored: StoredEpisodes, actions: spaces.Space[Any]) -> Buffer:
    """Stored episodes, whose rows are what a network sees, as steps to learn from; nobody has paid for them yet."""
    steps = stored.transitions
    assert isinstance(actions, spaces.Box)
    low, high = (bound.reshape(-1).astype(np.float64) for bound in (actions.low, actions.high))
    ends = np.append(np.diff(stored.episodes) > 0, True)
    return Buffer(
        observations=steps.rows.astype(np.float32),
        next_observations=steps.next_rows.astype(np.float32),
        actions=(2 * (steps.actions.reshape(len(steps), -1) - low) / (high - low) - 1).astype(np.float32),
        action_low=low,
        action_high=high,
        rewards=np.zeros(len(steps), dtype=np.float32),
        terminated=steps.terminated,
        truncated=ends & ~steps.terminated,
    )


def returns_so_far(buffer: Buffer, gamma: float) -> FloatArray:
    """At each stored step (n,), its episode's rewards so far, earlier ones discounted: what VecNormalize scales by."""
    sums, so_far = np.zeros(len(buffer)), 0.0
    ends = (buffer.terminated | buffer.truncated).tolist()
    for step, (reward, is_last) in enumerate(zip(buffer.rewards.tolist(), ends, strict=True)):
        sums[step] = so_far = gamma * so_far + reward
        so_far = 0.0 if is_last else so_far
    return sums


def relabelled(buffer: Buffer, reward: Reward, rows_of: RowsOf = as_rows) -> Buffer:
    """The same steps, paid by `reward`. Raises RewardError.

    rows_of: makes of observations what the reward sees of them.
    """
    chunks = [slice(first, first + MOST_ROWS) for first in range(0, len(buffer), MOST_ROWS)]
    paid = [reward.pay(_transitions(buffer, chunk, rows_of)).rewards for chunk in chunks]
    rewards = np.concatenate(paid) if paid else np.zeros(0)
    return replace(buffer, rewards=rewards.astype(np.float32))


def pooled(buffers: Sequence[Buffer]) -> Buffer:
    """Several as one, in their order. Raises ValueError for none, or where they are of different environments."""
    if not buffers:
        raise ValueError("there is no buffer to pool")
    first = buffers[0]
    if not all(_is_of_one_kind(first, other) for other in buffers):
        raise ValueError("buffers of different environments can't be pooled")
    steps: dict[str, Any] = {name: np.concatenate([getattr(each, name) for each in buffers]) for name in STEPS}
    return replace(first, **steps)


def _is_of_one_kind(one: Buffer, other: Buffer) -> bool:
    is_seen_alike = one.observations.shape[1:] == other.observations.shape[1:]
    lows, highs = (one.action_low, other.action_low), (one.action_high, other.action_high)
    return is_seen_alike and np.array_equal(*lows) and np.array_equal(*highs)


def _transitions(buffer: Buffer, chunk: slice, rows_of: RowsOf) -> Transitions:
    return Transitions(
        rows=rows_of(buffer.observations[chunk]),
        actions=buffer.env_actions[chunk],
        next_rows=rows_of(buffer.next_observations[chunk]),
        terminated=buffer.terminated[chunk],
    )


def _compact(array: AnyArray) -> AnyArray:
    return array.astype(np.float32) if array.dtype == np.float64 else array
