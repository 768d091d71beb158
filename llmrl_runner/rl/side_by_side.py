"""Playing many episodes side by side in the slots of a batch, whoever acts in them."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray


class Slots(Protocol):
    """What EnvBatch and NetworkBatch have in common: see there."""

    @property
    def size(self) -> int:
        """How many slots."""
        ...

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """Start an episode in each of `slots` (m,) from its seed (m,)."""
        ...

    def step(self, slots: IntArray, actions: AnyArray) -> tuple[AnyArray, FloatArray, BoolArray, BoolArray]:
        """One step in each of `slots` (m,)."""
        ...


@dataclass(frozen=True)
class Turn:
    """What is to be acted on: observations (m, ...), the slots (m,), which episode (m,) each of them plays."""

    observations: AnyArray
    slots: IntArray
    episodes: IntArray


@dataclass(frozen=True)
class SlotSteps:
    """One step in m `slots` (m,); `episodes` (m,) says which episode each of them belongs to."""

    slots: IntArray
    episodes: IntArray
    fields: AnyArray
    actions: AnyArray
    next_fields: AnyArray
    rewards: FloatArray
    terminated: BoolArray
    truncated: BoolArray


def play_side_by_side(batch: Slots, act: Callable[[Turn], AnyArray], seeds: IntArray) -> Iterator[SlotSteps]:
    """One episode for each seed (n,), as many at a time as there are slots; a free slot takes the next seed."""
    seeds = np.asarray(seeds, dtype=np.int64)
    started = min(batch.size, len(seeds))
    slots = np.arange(started)
    episodes = np.arange(started)  # which episode each of `slots` plays
    fields = batch.reset(slots, seeds[:started]) if started else np.empty((0, 0))
    while len(slots):
        actions = act(Turn(fields, slots, episodes))
        next_fields, rewards, terminated, truncated = batch.step(slots, actions)
        check_rewards(rewards, seeds[episodes])
        yield SlotSteps(slots, episodes, fields, actions, next_fields, rewards, terminated, truncated)
        fields = next_fields
        ended = np.flatnonzero(terminated | truncated)
        if len(ended):
            renewed = ended[: len(seeds) - started]
            episodes, fields = episodes.copy(), fields.copy()  # what was handed out stays as it was
            if len(renewed):
                episodes[renewed] = np.arange(started, started + len(renewed))
                fields[renewed] = batch.reset(slots[renewed], seeds[episodes[renewed]])
                started += len(renewed)
            idle = ended[len(renewed) :]
            slots, episodes = np.delete(slots, idle), np.delete(episodes, idle)
            fields = np.delete(fields, idle, axis=0)


def lengths_of(played: Iterable[SlotSteps], episodes: int) -> IntArray:
    """Play on to the end: how many steps each of so many episodes took (n,)."""
    lengths: IntArray = np.zeros(episodes, dtype=np.int64)
    for steps in played:
        lengths[steps.episodes] += 1
    return lengths


def check_rewards(rewards: FloatArray, seeds: IntArray) -> None:
    """Raise ValueError for a reward that is no finite number: no comparison would notice it."""
    if not math.isfinite(rewards.sum()) and not np.isfinite(rewards).all():  # the sum is quicker, but may overflow
        seed = seeds[~np.isfinite(rewards)][0]
        raise ValueError(f"the environment paid a reward that is not a finite number (episode from seed {seed})")
