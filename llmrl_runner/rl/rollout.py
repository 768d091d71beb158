"""Playing episodes: with every step kept, or only their scores."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray
from llmrl_runner.policies.base import Policy
from llmrl_runner.rl.side_by_side import Slots, SlotSteps, play_side_by_side


@dataclass(frozen=True)
class Episode:
    """One episode of T steps.

    observations (T+1, f) in the fields' units, the last one after the last step; actions (T,) or (T, d); rewards (T,).
    """

    seed: int
    observations: FloatArray
    actions: AnyArray
    rewards: FloatArray
    terminated: bool
    truncated: bool

    @property
    def length(self) -> int:
        """How many steps it took."""
        return len(self.rewards)

    @property
    def episode_return(self) -> float:
        """The sum of its rewards."""
        return float(_running_sum(self.rewards))

    def is_success(self, success: SuccessConfig) -> bool | None:
        """Whether it counts as a success, None where success is not defined."""
        found = successes(np.array([self.episode_return]), self.rewards[-1:], success)
        return None if found is None else bool(found[0])


@dataclass(frozen=True)
class EpisodeScores:
    """What n episodes came to, in the order of their seeds: returns (n,), lengths (n,), successes (n,) or None."""

    returns: FloatArray
    lengths: IntArray
    successes: BoolArray | None

    @property
    def env_steps(self) -> int:
        """Steps of all episodes together."""
        return int(self.lengths.sum())

    def __len__(self) -> int:
        return len(self.returns)


def rollout(batch: Slots, policy: Policy, seeds: IntArray) -> list[Episode]:
    """Play one episode for each seed (n,) and keep every step. Episodes come in the order of the seeds.

    A policy that treats each row on its own gives the same episodes whatever the size of the batch.
    """
    steps = list(_play(batch, policy, seeds))
    if not steps:
        return []
    order = np.argsort(np.concatenate([step.episodes for step in steps]), kind="stable")
    columns = {name: _joined(steps, name)[order] for name in SlotSteps.__dataclass_fields__}
    bounds = np.searchsorted(columns["episodes"], np.arange(len(seeds) + 1)).tolist()
    spans = [slice(first, last) for first, last in pairwise(bounds)]
    return [_episode(int(seed), span, columns) for seed, span in zip(seeds, spans, strict=True)]


def evaluate(batch: Slots, policy: Policy, seeds: IntArray, success: SuccessConfig | None = None) -> EpisodeScores:
    """Play one episode for each seed (n,) and keep only the scores: the fast path, same episodes as `rollout`."""
    return scores_of(_play(batch, policy, seeds), len(seeds), success or SuccessConfig())


def successes(returns: FloatArray, last_rewards: FloatArray, success: SuccessConfig) -> BoolArray | None:
    """Which episodes (n,) reach what success asks of them, both bounds where both are given; None where none is."""
    bounds = [(returns, success.return_at_least), (last_rewards, success.last_reward_at_least)]
    reached = [values >= bound for values, bound in bounds if bound is not None]
    return np.logical_and.reduce(reached) if reached else None


def _play(batch: Slots, policy: Policy, seeds: IntArray) -> Iterator[SlotSteps]:
    return play_side_by_side(batch, lambda turn: policy.act(turn.observations), seeds)


def scores_of(steps: Iterable[SlotSteps], episodes: int, success: SuccessConfig) -> EpisodeScores:
    """The scores of so many episodes, added up as their steps are played."""
    returns, last_rewards = np.zeros(episodes), np.zeros(episodes)
    lengths = np.zeros(episodes, dtype=np.int64)
    for step in steps:
        returns[step.episodes] += step.rewards
        lengths[step.episodes] += 1
        last_rewards[step.episodes] = step.rewards
    return EpisodeScores(returns, lengths, successes(returns, last_rewards, success))


def joined_scores(parts: Sequence[EpisodeScores]) -> EpisodeScores:
    """Several as one, in their order; success is defined where it is in all of them."""
    successes = [part.successes for part in parts if part.successes is not None]
    return EpisodeScores(
        np.concatenate([part.returns for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        np.concatenate(successes) if successes and len(successes) == len(parts) else None,
    )


def in_order(scores: EpisodeScores, order: IntArray) -> EpisodeScores:
    """The episodes of these places (m,), in this order."""
    successes = None if scores.successes is None else scores.successes[order]
    return EpisodeScores(scores.returns[order], scores.lengths[order], successes)


def _joined(steps: list[SlotSteps], name: str) -> AnyArray:
    """One column of all steps in the order in which they were played."""
    joined: AnyArray = np.concatenate([getattr(step, name) for step in steps])
    return joined


def _episode(seed: int, span: slice, columns: dict[str, AnyArray]) -> Episode:
    observations = np.concatenate([columns["fields"][span], columns["next_fields"][span][-1:]])
    return Episode(
        seed=seed,
        observations=observations,
        actions=columns["actions"][span],
        rewards=columns["rewards"][span],
        terminated=bool(columns["terminated"][span][-1]),
        truncated=bool(columns["truncated"][span][-1]),
    )


def _running_sum(rewards: FloatArray) -> float:
    """The sum in the order of the steps, so that it is bit for bit what `evaluate` adds up."""
    return float(np.add.accumulate(rewards)[-1])
