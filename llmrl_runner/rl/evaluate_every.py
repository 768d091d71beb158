"""Evaluating a network while it trains. Import this file where it is used."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stable_baselines3.common.callbacks import BaseCallback

from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.network_evaluation import Evaluation
from llmrl_runner.rl.scales import keep_scales
from llmrl_runner.rl.training import update_figures

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

BEST_CHECKPOINT = "best_checkpoint.zip"


@dataclass(frozen=True)
class Best:
    """The network that did best so far: where it lies, its mean return, after how many steps.

    The return is that of sampled episodes, or of greedy ones where no others were played.
    """

    checkpoint: Path
    return_mean: float
    steps: int


class EvaluateEvery(BaseCallback):
    """Evaluates each time that `every` more steps were taken, counted over all stretches.

    An evaluation is made between two updates, so that the last one is of the network that the stretch comes to.
    examine: plays the evaluation of that number (0 before the first step, 1 after `every` steps, and so on), so that a
    run that goes on plays the episodes that it would have played. has_start: whether the network is also evaluated
    before its first step. learned: the steps before each evaluation, and what the last update before it
    said of itself.
    """

    def __init__(
        self, examine: Callable[["BaseAlgorithm", int], Evaluation], every: int, has_start: bool = False
    ) -> None:
        super().__init__()
        self._examine, self._every, self._has_start = examine, every, has_start
        self.evaluations = Evaluations()
        self.learned: list[tuple[int, dict[str, float]]] = []

    def _on_training_start(self) -> None:
        self._number = self.num_timesteps // self._every
        if self._has_start and self.num_timesteps == 0:
            self._evaluate(0)

    def _on_rollout_start(self) -> None:
        """After an update: what it came to is evaluated, where that is due."""
        if self.num_timesteps // self._every > self._number:
            self._evaluate(self.num_timesteps // self._every)

    def _on_training_end(self) -> None:
        """After the last update; the network that the stretch comes to is evaluated also where that isn't due."""
        self._on_rollout_start()
        if not self.evaluations.entries or self.evaluations.entries[-1][0] < self.num_timesteps:
            self._evaluate(self._number)

    def _on_step(self) -> bool:
        return True

    def _evaluate(self, number: int) -> None:
        self._number = number
        keep_scales(self.model, self.training_env)
        evaluation = self._examine(self.model, number)
        self.evaluations.add(self.num_timesteps, evaluation)
        self.learned.append((self.num_timesteps, update_figures(self.model)))
        self._look_at(evaluation)

    def _look_at(self, evaluation: Evaluation) -> None:
        """What else is to be done with an evaluation."""


class KeepBest(EvaluateEvery):
    """Also keeps the best network so far in `folder`: a copy of `best` (that of the stretch before) as long as none is
    better."""

    def __init__(
        self,
        examine: Callable[["BaseAlgorithm", int], Evaluation],
        every: int,
        folder: Path,
        best: Best | None = None,
        has_start: bool = False,
    ) -> None:
        super().__init__(examine, every, has_start)
        self._folder, self._best_before = folder, best
        self.best: Best | None = None

    @property
    def kept(self) -> Best:
        """The best network, once there was an evaluation. Raises ValueError before."""
        if self.best is None:
            raise ValueError("nothing has been evaluated yet")
        return self.best

    def _on_training_start(self) -> None:
        if self._best_before is not None:
            before = self._best_before
            shutil.copyfile(before.checkpoint, self._folder / BEST_CHECKPOINT)
            self.best = Best(self._folder / BEST_CHECKPOINT, before.return_mean, before.steps)
        super()._on_training_start()

    def _look_at(self, evaluation: Evaluation) -> None:
        return_mean = float(evaluation.leading.returns.mean())
        if self.best is None or return_mean > self.best.return_mean:
            self.model.save(self._folder / BEST_CHECKPOINT)
            self.best = Best(self._folder / BEST_CHECKPOINT, return_mean, self.num_timesteps)
