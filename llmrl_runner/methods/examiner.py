"""Where a network is examined: environments side by side, episodes that no training plays."""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.network_batch import NetworkBatch, make_network_batch
from llmrl_runner.rl.network_evaluation import Evaluation, evaluate_network, joined
from llmrl_runner.runs.seeds import Purpose, episode_seeds

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

BEFORE_ALL = -1  # the number of what is evaluated for a choice


class Examiner:
    """Evaluates networks of one run, with drawn and with their most likely actions; `tell` hears remarks, each once.

    Every evaluation has environments of its own, since not every environment forgets its last episode. make_batch:
    puts so many side by side; None takes the run's environment as it is.
    """

    def __init__(
        self, config: Config, tell: Callable[[str], None], make_batch: Callable[[int], NetworkBatch] | None = None
    ) -> None:
        self.config, self._tell = config, tell
        self._make_batch = make_batch or (lambda size: self.batch(config.env, size))
        self._told: set[str] = set()

    def examine(self, model: "BaseAlgorithm", number: int) -> Evaluation:
        """Evaluation `number`: it has episodes of its own, the same in any run of this seed."""
        count = self._episodes
        return self._evaluate(model, episode_seeds(self.config.seed, Purpose.SELECTION, count, number * count))

    def success(self, model: "BaseAlgorithm") -> float:
        """In which share of episodes drawn actions succeed; 0 where success is not defined.

        A choice goes by it, so its episodes are none of those that an evaluation is reported of.
        """
        reached = self.examine(model, BEFORE_ALL).leading.successes
        return 0.0 if reached is None else float(reached.mean())

    def test(self, model: "BaseAlgorithm", seeds: IntArray) -> Evaluation:
        """Any number of episodes, from `seeds` (n,)."""
        count = self._episodes
        return joined([self._evaluate(model, seeds[first : first + count]) for first in range(0, len(seeds), count)])

    def batch(self, env: EnvConfig, size: int) -> NetworkBatch:
        """So many environments side by side, as a network sees them."""
        return make_network_batch(env, size, self._tell_once)

    @property
    def _episodes(self) -> int:
        return int(self.config.training.evaluation_episodes)

    def _evaluate(self, model: "BaseAlgorithm", seeds: IntArray) -> Evaluation:
        with closing(self._make_batch(2 * len(seeds))) as batch:
            return evaluate_network(batch, model, seeds, self.config.env.success)

    def _tell_once(self, remark: str) -> None:
        if remark not in self._told:
            self._told.add(remark)
            self._tell(remark)
