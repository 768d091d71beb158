"""Environments that pay what a written reward says."""

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch, Step
from llmrl_runner.envs.reward_rows import RewardRows
from llmrl_runner.rl.paid_record import PaidRecord
from llmrl_runner.rl.rewards import Reward, Transitions
from llmrl_runner.rl.wrapped_batch import WrappedBatch


class RewardedBatch(WrappedBatch):
    """A NetworkBatch whose steps pay `reward`, one call for all slots of a step, and nothing of the environment's own.

    rows: what the reward sees. record: hears what it pays. `step` raises RewardError as the reward does.
    """

    def __init__(self, inside: NetworkBatch, reward: Reward, rows: RewardRows, record: PaidRecord) -> None:
        super().__init__(inside)
        self._reward, self._rows = reward, rows
        self._before = np.zeros((inside.size, len(rows.fields)))
        self.record = record

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """See NetworkBatch."""
        observations = self.inside.reset(slots, seeds)
        self._before[slots] = self._rows.rows(self.inside, slots, observations)
        return observations

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See NetworkBatch."""
        observations, _, terminated, truncated = self.inside.step(slots, actions)
        after = self._rows.rows(self.inside, slots, observations)
        paid = self._reward.pay(Transitions(self._before[slots], actions, after, terminated))
        self._before[slots] = after
        self.record.add(paid)
        return observations, paid.rewards, terminated, truncated
