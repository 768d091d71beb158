"""What a training left in its folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.files.whole import read_json
from llmrl_runner.methods.rewards.job import OUTCOME, TESTED, TrainingJob
from llmrl_runner.rl.evaluations import FILE_NAME, Evaluations
from llmrl_runner.rl.rollout import EpisodeScores


@dataclass(frozen=True)
class TrainingOutcome:
    """A training that has ended. `problem` says in a line what its reward broke on; None where nothing did."""

    folder: Path

    @classmethod
    def of(cls, job: TrainingJob) -> "TrainingOutcome":
        """Of a job that is done."""
        return cls(job.folder)

    @cached_property
    def _said(self) -> dict[str, Any]:
        said: dict[str, Any] = read_json(self.folder / OUTCOME)
        return said

    @property
    def problem(self) -> str | None:
        """See above."""
        problem: str | None = self._said["problem"]
        return problem

    @property
    def traceback(self) -> str:
        """Through the reward's own lines, where it raised."""
        return str(self._said["traceback"])

    @property
    def no_gif(self) -> str | None:
        """Why its network could not be drawn; None where it was, or was not to be."""
        why: str | None = self._said.get("no_gif")
        return why

    @property
    def episodes(self) -> int:
        """Training episodes of its own, those that its end broke off included."""
        return int(self._said["episodes"])

    @property
    def env_steps(self) -> int:
        """Environment steps of its own in training."""
        return int(self._said["env_steps"])

    @property
    def learned(self) -> list[tuple[int, dict[str, float]]]:
        """After so many steps, what the last update before an evaluation said of itself: losses and the like."""
        return [(int(steps), dict(said)) for steps, said in self._said.get("learned", [])]

    @property
    def steps(self) -> int:
        """Environment steps that its network was trained for in all, those of what it went on from included."""
        return self.evaluations.entries[-1][0]

    @property
    def last_scores(self) -> EpisodeScores:
        """Of its last evaluation."""
        return self.evaluations.entries[-1][1].greedy

    @property
    def curve_mean(self) -> float:
        """Of the yardstick over its evaluations."""
        return float(yardstick(self.evaluations).mean())

    @property
    def tested(self) -> EpisodeScores:
        """Its share of the final test."""
        return Evaluations.load(self.folder / TESTED).entries[-1][1].greedy

    @cached_property
    def evaluations(self) -> Evaluations:
        """On the way and at its end."""
        return Evaluations.load(self.folder / FILE_NAME)


def yardstick(evaluations: Evaluations) -> FloatArray:
    """Success rate, or where that isn't defined mean return, of each evaluation (k,)."""
    return np.array([_figure(evaluation.greedy) for _, evaluation in evaluations.entries])


def steps_to(evaluations: Evaluations, threshold: float) -> int | None:
    """Environment steps at the first evaluation that reaches the threshold; None where none does."""
    reached = np.flatnonzero(yardstick(evaluations) >= threshold)
    return int(evaluations.entries[reached[0]][0]) if len(reached) else None


def joined_evaluations(outcomes: Sequence[TrainingOutcome]) -> Evaluations:
    """Those of trainings that went on from each other."""
    return Evaluations(entry for outcome in outcomes for entry in outcome.evaluations.entries)


def _figure(scores: EpisodeScores) -> float:
    return float(scores.returns.mean() if scores.successes is None else scores.successes.mean())
