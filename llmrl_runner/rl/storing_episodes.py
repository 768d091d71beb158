"""Playing episodes to keep them as a written reward sees them: random actions, or a network's most likely ones."""

import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.envs.reward_rows import RewardRows
from llmrl_runner.rl.rewards import Transitions
from llmrl_runner.rl.rollout import scores_of
from llmrl_runner.rl.side_by_side import SlotSteps, Turn, play_side_by_side
from llmrl_runner.rl.stored_episodes import STEPS, StoredEpisodes
from llmrl_runner.rl.training import NetworkPlayer

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

Act = Callable[[Turn], AnyArray]


def play_random(
    batch: NetworkBatch, rows: RewardRows, seeds: IntArray, rng: Generator, success: SuccessConfig
) -> StoredEpisodes:
    """One episode for each of `seeds` (k,) with evenly drawn actions; the same ones however many slots there are.

    `batch` has to pay what success and return are measured by. At least one seed.
    """
    drawing = [copy.deepcopy(batch.action_space) for _ in seeds]  # a space draws from a generator of its own
    for space, seed in zip(drawing, rng.integers(2**31, size=len(seeds)).tolist(), strict=True):
        space.seed(seed)

    def act(turn: Turn) -> AnyArray:
        return np.array([drawing[episode].sample() for episode in turn.episodes.tolist()])

    return _played(batch, rows, act, seeds, success)


def play_network(
    batch: NetworkBatch, rows: RewardRows, model: "BaseAlgorithm", seeds: IntArray, success: SuccessConfig
) -> StoredEpisodes:
    """The same with the network's most likely actions, which leaves its random numbers as they are."""
    player = NetworkPlayer(model)

    def act(turn: Turn) -> AnyArray:
        return np.array(player.act(turn.slots.tolist(), list(turn.observations)))

    return _played(batch, rows, act, seeds, success)


def _played(batch: NetworkBatch, rows: RewardRows, act: Act, seeds: IntArray, success: SuccessConfig) -> StoredEpisodes:
    watched = _Watched(batch, rows, act)
    scores = scores_of(watched.play(seeds), len(seeds), success)
    episodes = np.concatenate(watched.episodes)
    order = np.argsort(episodes, kind="stable")
    columns = {name: np.concatenate([getattr(each, name) for each in watched.steps])[order] for name in STEPS}
    return StoredEpisodes(
        transitions=Transitions(**columns),
        episodes=episodes[order],
        returns=scores.returns,
        successes=scores.successes,
        seeds=np.asarray(seeds, dtype=np.int64),
    )


class _Watched:
    """Episodes side by side, with the rows before and after each step: `steps`, of the episodes in `episodes`."""

    def __init__(self, batch: NetworkBatch, rows: RewardRows, act: Act) -> None:
        self._batch, self._rows, self._act = batch, rows, act
        self._before: FloatArray = np.empty((0, 0))
        self.steps: list[Transitions] = []
        self.episodes: list[IntArray] = []

    def play(self, seeds: IntArray) -> Iterator[SlotSteps]:
        """Yields each step once it is kept."""
        for step in play_side_by_side(self._batch, self._look_and_act, seeds):
            after = self._rows.rows(self._batch, step.slots, step.next_fields)
            self.steps.append(Transitions(self._before, step.actions, after, step.terminated))
            self.episodes.append(step.episodes)
            yield step

    def _look_and_act(self, turn: Turn) -> AnyArray:
        self._before = self._rows.rows(self._batch, turn.slots, turn.observations)
        return self._act(turn)
