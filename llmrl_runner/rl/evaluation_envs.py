"""Where networks are evaluated while they train: environments that nothing trains in, kept open in between."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.batch import wants_fresh_environments
from llmrl_runner.envs.network_batch import NetworkBatch, make_network_batch
from llmrl_runner.rl.network_evaluation import Evaluation, evaluate_greedy

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

SIDE_BY_SIDE = 10  # one network pass serves as many; more take memory, and time to be made (a Fetch task 20 ms each)


class EvaluationEnvs:
    """Environments of one kind, made when they are first needed; the caller closes them.

    They are played again from one evaluation to the next, since an episode's seed decides it. Where an environment's
    file says that it remembers its last episode (`env.batch`), every episode has a new one. make_batch: puts so many
    side by side.
    """

    def __init__(self, config: EnvConfig, make_batch: Callable[[int], NetworkBatch] | None = None) -> None:
        self._config = config
        self._make_batch = make_batch or (lambda size: make_network_batch(config, size))
        self._is_fresh = wants_fresh_environments(config)
        self._batch: NetworkBatch | None = None

    def evaluate(self, model: "BaseAlgorithm", seeds: IntArray) -> Evaluation:
        """Play an episode from each of `seeds` (n,) with the network's most likely actions."""
        batch = self._open(len(seeds))
        try:
            return evaluate_greedy(batch, model, seeds, self._config.success)
        finally:
            if self._is_fresh:
                self.close()

    def close(self) -> None:
        """Close the environments that are open; an evaluation after that opens new ones."""
        if self._batch is not None:
            self._batch.close()
        self._batch = None

    def _open(self, episodes: int) -> NetworkBatch:
        size = episodes if self._is_fresh else min(episodes, SIDE_BY_SIDE)
        if self._batch is None or self._batch.size != size:  # a pass of another size rounds otherwise
            self.close()
            self._batch = self._make_batch(size)
        return self._batch
