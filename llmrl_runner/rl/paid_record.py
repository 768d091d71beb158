"""What a reward paid in the course of a training, in tenths of it: what its writer is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.rl.rewards import Paid

TENTHS = 10
KEPT = 256  # calls of a reward that are put aside before they are counted together: quicker than one by one


@dataclass(frozen=True)
class Spread:
    """Smallest, mean and largest of so many numbers."""

    count: int
    low: float
    mean: float
    high: float

    def with_more(self, values: FloatArray) -> "Spread":
        """With these (n,) among them."""
        count = self.count + len(values)
        mean = self.mean + (float(values.mean()) - self.mean) * len(values) / count
        return Spread(count, min(self.low, float(values.min())), mean, max(self.high, float(values.max())))


def spread_of(values: FloatArray) -> Spread:
    """Of at least one number (n,)."""
    return Spread(len(values), float(values.min()), float(values.mean()), float(values.max()))


@dataclass
class Tenth:
    """What was paid in a tenth of the steps: the reward, and each of its components; None where no step was taken."""

    reward: Spread | None = None
    components: dict[str, Spread] = field(default_factory=dict)

    def add(self, rewards: FloatArray, components: Mapping[str, FloatArray]) -> None:
        """Count these (n,), n at least 1."""
        self.reward = _added(self.reward, rewards)
        for name, values in components.items():
            self.components[name] = _added(self.components.get(name), values)


class PaidRecord:
    """What a reward and its components came to in each tenth of a training of `total_steps` steps.

    Steps beyond the total belong to the last tenth; a call of several steps to the tenth of its first. steps_before: of
    that training, those that were taken before this record begins.
    """

    def __init__(self, total_steps: int, steps_before: int = 0) -> None:
        self._total = max(total_steps, 1)
        self._tenths = [Tenth() for _ in range(TENTHS)]
        self._steps = steps_before
        self._kept: list[Paid] = []
        self._turn()

    def add(self, paid: Paid) -> None:
        """Count what was paid for the next steps."""
        if self._steps >= self._next_tenth:
            self._turn()
        self._kept.append(paid)
        self._steps += len(paid.rewards)
        if len(self._kept) == KEPT:
            self._count()

    @property
    def steps(self) -> int:
        """How many were paid, those before included."""
        return self._steps

    @property
    def tenths(self) -> Sequence[Tenth]:
        """All ten."""
        self._count()
        return self._tenths

    def to_json(self) -> list[dict[str, Any]]:
        """The ten as plain objects."""
        return [asdict(tenth) for tenth in self.tenths]

    def _turn(self) -> None:
        """Go to the tenth that the next step belongs to."""
        self._count()
        self._now = min(self._steps * TENTHS // self._total, TENTHS - 1)
        self._next_tenth = np.inf if self._now == TENTHS - 1 else (self._now + 1) * self._total / TENTHS

    def _count(self) -> None:
        """Put what was kept into its tenth."""
        kept, self._kept = self._kept, []
        if not kept or not sum(len(paid.rewards) for paid in kept):
            return
        names = dict.fromkeys(name for paid in kept for name in paid.components)
        components = {
            name: np.concatenate([paid.components[name] for paid in kept if name in paid.components]) for name in names
        }
        self._tenths[self._now].add(np.concatenate([paid.rewards for paid in kept]), components)


def joined_tenths(records: Sequence[Sequence[Tenth]]) -> list[Tenth]:
    """At least one record's tenths, with those of the trainings that went on from it."""
    return [_joined(parts) for parts in zip(*records, strict=True)]


def tenths_from_json(told: Sequence[Mapping[str, Any]]) -> list[Tenth]:
    """What `PaidRecord.to_json` gave. Raises KeyError or TypeError where it isn't that."""
    return [
        Tenth(
            reward=None if each["reward"] is None else Spread(**each["reward"]),
            components={name: Spread(**figures) for name, figures in each["components"].items()},
        )
        for each in told
    ]


def _joined(parts: Sequence[Tenth]) -> Tenth:
    rewards = [part.reward for part in parts if part.reward is not None]
    names = dict.fromkeys(name for part in parts for name in part.components)
    return Tenth(
        _together(rewards) if rewards else None,
        {name: _together([part.components[name] for part in parts if name in part.components]) for name in names},
    )


def _together(spreads: Sequence[Spread]) -> Spread:
    count = sum(spread.count for spread in spreads)
    mean = sum(spread.count * spread.mean for spread in spreads) / count
    return Spread(count, min(spread.low for spread in spreads), mean, max(spread.high for spread in spreads))


def _added(spread: Spread | None, values: FloatArray) -> Spread:
    return spread_of(values) if spread is None else spread.with_more(values)
