"""What is reported: the winning reward, or an arm's, trained again from nothing on fresh seeds, and tested."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.methods.rewards.job import RewardChoice, TrainingJob
from llmrl_runner.methods.rewards.outcome import TrainingOutcome, steps_to, yardstick
from llmrl_runner.rl.arm_rewards import is_defined
from llmrl_runner.rl.evaluation import held_out_summary, success_figures
from llmrl_runner.rl.intervals import Interval, mean_interval
from llmrl_runner.rl.rollout import EpisodeScores, joined_scores
from llmrl_runner.runs.seeds import Purpose, episode_seeds

MOST_BLOCKS = 512  # of search seeds: methods/base.py. The last ones are the final trainings', whatever the iterations.
FOLDER = "final"
SUCCESS = 0.95  # of episodes, by which trainings are timed where nothing else is said


def final_jobs(config: Config, run_folder: Path, reward: RewardChoice) -> list[TrainingJob]:
    """One a seed. The held-out episodes are dealt out to their networks in turn, so that none of them is chosen."""
    method = config.method
    tests = np.array_split(held_out_seeds(config), method.final_seeds)
    return [
        TrainingJob(
            folder=run_folder / FOLDER / f"seed_{number}",
            config=config,
            reward=reward,
            block=MOST_BLOCKS - 1 - number,
            goal=final_timesteps(config),
            whole=final_timesteps(config),
            tests=tuple(tests[number].tolist()),
            is_filmed=True,
        )
        for number in range(method.final_seeds)
    ]


def final_timesteps(config: Config) -> int:
    """Environment steps of each final training."""
    return int(config.method.final_timesteps or config.training.total_timesteps)


def threshold_of(config: Config) -> float | None:
    """What trainings are timed by; None where nothing says what is good."""
    threshold: float | None = config.method.threshold
    return SUCCESS if threshold is None and is_defined(config.env.success) else threshold


def held_out_seeds(config: Config) -> IntArray:
    """Of the episodes of the final test, as many as each network plays times the networks."""
    return episode_seeds(config.seed, Purpose.HELD_OUT, config.env.evaluation.held_out_episodes)


class Finals:
    """The final trainings once they have ended."""

    def __init__(self, jobs: list[TrainingJob], threshold: float | None) -> None:
        self.outcomes = [TrainingOutcome.of(job) for job in jobs]
        self._threshold = threshold

    @property
    def broken(self) -> list[str]:
        """What each of those broke on whose reward did not last."""
        return [outcome.problem for outcome in self.outcomes if outcome.problem is not None]

    @cached_property
    def held_out(self) -> EpisodeScores | None:
        """All held-out episodes, in the order of their seeds; None where a network is missing."""
        if self.broken:
            return None
        return joined_scores([outcome.tested for outcome in self.outcomes])

    def test_figures(self, seeds: IntArray) -> dict[str, Any]:
        """result.json's `held_out`, of the episodes on `seeds` (n,).

        Its intervals tell of both chances, which episodes were drawn and which networks: of the one over all episodes
        and Student's over the networks' own figures, from the lower of the lower ends to the higher of the others.
        """
        summary = held_out_summary(self.held_out, seeds)
        if self.held_out is None or len(self.outcomes) < 2:
            return summary
        tested = [outcome.tested for outcome in self.outcomes]
        means = mean_interval(np.array([scores.returns.mean() for scores in tested]))
        summary["return_ci95"] = _around(summary["return_ci95"], means)
        if self.held_out.successes is not None:
            rates = np.array([success_figures(scores)["success_rate"] for scores in tested])
            summary["success_ci95"] = _around(summary["success_ci95"], _as_share(mean_interval(rates)))
        return summary

    def figures(self) -> dict[str, Any]:
        """result.json's `final`: a figure a seed, and their mean with Student's t interval over the seeds."""
        whole = [outcome for outcome in self.outcomes if outcome.problem is None]
        tested = [outcome.tested for outcome in whole]
        lasts = np.array([float(yardstick(outcome.evaluations)[-1]) for outcome in whole])
        reached = [] if self._threshold is None else [steps_to(each.evaluations, self._threshold) for each in whole]
        interval = mean_interval(lasts)
        if all(scores.successes is not None for scores in tested):
            interval = _as_share(interval)
        return {
            "seeds": len(self.outcomes),
            "broken": self.broken,
            "env_steps_each": [outcome.env_steps for outcome in self.outcomes],
            "threshold": self._threshold,
            "steps_to_threshold": reached,
            "steps_to_threshold_median": median_of(reached),
            "last_evaluation": lasts.tolist(),
            "last_evaluation_mean": float(lasts.mean()) if len(lasts) else None,
            "last_evaluation_ci95": None if interval is None else list(interval),
            "held_out_success_rates": [success_figures(scores)["success_rate"] for scores in tested],
            "held_out_return_means": [float(scores.returns.mean()) for scores in tested],
        }


def _as_share(interval: Interval | None) -> Interval | None:
    """Within what a share can be."""
    return None if interval is None else (max(0.0, interval[0]), min(1.0, interval[1]))


def _around(one: Sequence[float], other: Interval | None) -> list[float]:
    """What holds both intervals."""
    return list(one) if other is None else [min(one[0], other[0]), max(one[1], other[1])]


def median_of(steps: list[int | None]) -> float | None:
    """The median, where more than half are known: one that was not reached counts as later than all others."""
    known = sorted(np.inf if step is None else float(step) for step in steps)
    middle = float(np.median(known)) if known else np.inf
    return middle if np.isfinite(middle) else None
