"""Playing whole episodes with a network in a NetworkBatch, all side by side: its most likely actions, or drawn ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.rl.network_actions import chooser, own_noise
from llmrl_runner.rl.rollout import EpisodeScores, joined_scores, scores_of
from llmrl_runner.rl.side_by_side import SlotSteps, Turn, play_side_by_side

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm


@dataclass(frozen=True)
class Evaluation:
    """How a network did in episodes from `seeds` (n,), played once with drawn and once with its most likely actions.

    sampled: None where they were played with the most likely actions alone. visits (columns, rows): how often the
    agents of the sampled episodes stood on each cell, from the first to the one in which their episode ended; None
    where there is no grid, or no sampled episode.
    """

    seeds: IntArray
    sampled: EpisodeScores | None
    greedy: EpisodeScores
    visits: IntArray | None

    @property
    def leading(self) -> EpisodeScores:
        """What a choice goes by: the sampled episodes, else the greedy ones."""
        return self.greedy if self.sampled is None else self.sampled


def evaluate_network(
    batch: NetworkBatch, model: "BaseAlgorithm", seeds: IntArray, success: SuccessConfig
) -> Evaluation:
    """Play each of `seeds` (n,) twice, sampled and greedy; 2n slots play them all at once.

    It depends on the network and the seeds alone, and leaves the random numbers of a training as they are.
    """
    n = len(seeds)
    visits = _Visits(batch)
    is_greedy = np.arange(2 * n) >= n
    scores = _play(batch, model, np.concatenate([seeds, seeds]), is_greedy, success, visits)
    return Evaluation(seeds, _part(scores, slice(0, n)), _part(scores, slice(n, None)), visits.counts)


def evaluate_greedy(batch: NetworkBatch, model: "BaseAlgorithm", seeds: IntArray, success: SuccessConfig) -> Evaluation:
    """Play each of `seeds` (n,) once, greedy; otherwise as `evaluate_network`."""
    return Evaluation(seeds, None, greedy_scores(batch, model, seeds, success), None)


def joined(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Several as one, in their order; visits add up."""
    visits = [each.visits for each in evaluations if each.visits is not None]
    sampled = [each.sampled for each in evaluations if each.sampled is not None]
    return Evaluation(
        np.concatenate([each.seeds for each in evaluations]),
        joined_scores(sampled) if len(sampled) == len(evaluations) else None,
        joined_scores([each.greedy for each in evaluations]),
        np.sum(visits, axis=0) if visits else None,
    )


def greedy_scores(
    batch: NetworkBatch, model: "BaseAlgorithm", seeds: IntArray, success: SuccessConfig
) -> EpisodeScores:
    """Scores, in the order of `seeds` (n,), of episodes with the most likely actions."""
    return _play(batch, model, seeds, np.ones(len(seeds), dtype=bool), success)


def sampled_scores(
    batch: NetworkBatch, model: "BaseAlgorithm", seeds: IntArray, success: SuccessConfig
) -> EpisodeScores:
    """Scores, in the order of `seeds` (n,), of episodes with drawn actions; the same seeds draw the same."""
    return _play(batch, model, seeds, np.zeros(len(seeds), dtype=bool), success)


class _Visits:
    """Counts where agents stand that draw their actions."""

    def __init__(self, batch: NetworkBatch) -> None:
        self._batch = batch
        self.counts = None if batch.grid_shape is None else np.zeros(batch.grid_shape, dtype=np.int64)

    def count(self, slots: IntArray) -> None:
        """Once more for the cells in which the agents of these slots (m,) stand."""
        if self.counts is not None and len(slots):
            columns, rows = self._batch.positions(slots).T
            np.add.at(self.counts, (columns, rows), 1)

    def at_ends(self, steps: Iterator[SlotSteps], is_greedy: BoolArray) -> Iterator[SlotSteps]:
        """The same steps; where an episode ends, its last cell is counted too."""
        for step in steps:
            ends = step.terminated | step.truncated
            if ends.any():
                self.count(step.slots[ends & ~is_greedy[step.episodes]])
            yield step


def _play(
    batch: NetworkBatch,
    model: "BaseAlgorithm",
    seeds: IntArray,
    is_greedy: BoolArray,
    success: SuccessConfig,
    visits: _Visits | None = None,
) -> EpisodeScores:
    import torch

    choose = chooser(model)

    def act(turn: Turn) -> AnyArray:
        greedy = is_greedy[turn.episodes]
        if visits is not None:
            visits.count(turn.slots[~greedy])
        return choose(turn.observations, greedy, turn.episodes)

    model.policy.set_training_mode(False)
    with torch.random.fork_rng(), torch.inference_mode(), own_noise(model):
        torch.manual_seed(int(seeds[0]) if len(seeds) else 0)
        steps = play_side_by_side(batch, act, seeds)
        return scores_of(steps if visits is None else visits.at_ends(steps, is_greedy), len(seeds), success)


def _part(scores: EpisodeScores, part: slice) -> EpisodeScores:
    successes = None if scores.successes is None else scores.successes[part]
    return EpisodeScores(scores.returns[part], scores.lengths[part], successes)
