"""What is known of one draft's training, as numbers: what feedback, tables and faults are told from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from llmrl_runner.envs.arrays import BoolArray, FloatArray, IntArray
from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.paid_record import Tenth
from llmrl_runner.rl.rewards import Paid
from llmrl_runner.rl.rollout import EpisodeScores
from llmrl_runner.rl.stored_episodes import StoredEpisodes

REWARD = "reward in all"  # what the whole is called beside its components


@dataclass(frozen=True)
class PaidEpisodes:
    """k episodes of a trained network, and what the draft paid in each.

    sums (k,): of the reward; components: of each term (k,). lengths (k,) in steps. returns (k,) and successes (k,), the
    latter None where not defined, are the environment's own.
    """

    sums: FloatArray
    components: Mapping[str, FloatArray]
    lengths: IntArray
    returns: FloatArray
    successes: BoolArray | None

    @property
    def terms(self) -> dict[str, FloatArray]:
        """The whole, and then each component."""
        return {REWARD: self.sums, **self.components}

    def sums_to_json(self) -> dict[str, list[float]]:
        """The terms as plain lists."""
        return {name: values.tolist() for name, values in self.terms.items()}


def paid_episodes(paid: Paid, episodes: IntArray, returns: FloatArray, successes: BoolArray | None) -> PaidEpisodes:
    """The sums of what was paid for n steps, over the episode (n,), 0 to k - 1, that each belongs to."""

    def summed(values: FloatArray) -> FloatArray:
        return np.bincount(episodes, values, minlength=len(returns)).astype(np.float64)

    components = {name: summed(values) for name, values in paid.components.items()}
    lengths = np.bincount(episodes, minlength=len(returns)).astype(np.int64)
    return PaidEpisodes(summed(paid.rewards), components, lengths, returns, successes)


def paid_episodes_from_json(told: Mapping[str, list[float]], stored: StoredEpisodes) -> PaidEpisodes:
    """What `sums_to_json` gave, of these episodes."""
    terms = {name: np.array(values, dtype=np.float64) for name, values in told.items()}
    components = {name: values for name, values in terms.items() if name != REWARD}
    return PaidEpisodes(terms[REWARD], components, stored.lengths, stored.returns, stored.successes)


@dataclass(frozen=True)
class TrainingSeen:
    """A training: what was paid in each tenth of it, its evaluations, and the episodes of the last one."""

    tenths: Sequence[Tenth]
    evaluations: Evaluations
    last: PaidEpisodes

    @cached_property
    def played(self) -> list[Tenth]:
        """The tenths in which steps were taken."""
        return [tenth for tenth in self.tenths if tenth.reward is not None]

    @property
    def scores(self) -> list[tuple[int, EpisodeScores]]:
        """Steps trained, and the scores with the most likely actions, of each evaluation."""
        return [(steps, evaluation.greedy) for steps, evaluation in self.evaluations.entries]

    @cached_property
    def spreads(self) -> dict[str, float]:
        """How far each component went, from its smallest to its largest value in the whole training."""
        names = dict.fromkeys(name for tenth in self.played for name in tenth.components)
        return {name: self._spread(name) for name in names}

    def _spread(self, name: str) -> float:
        told = [tenth.components[name] for tenth in self.played if name in tenth.components]
        return max(spread.high for spread in told) - min(spread.low for spread in told)
