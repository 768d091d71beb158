"""Runs that evaluated as they trained, put together: a comparison an environment, in it an arm, in it a run a seed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.arms import NO_NAMES, Names, Settings, arm_settings, env_settings, short_titles, told_apart
from llmrl_runner.report.evaluations import MODES, RETURN, SUCCESS, measure_of
from llmrl_runner.report.learning_runs import LearningRun, learning_runs
from llmrl_runner.report.reading import RunRecord, read_run
from llmrl_runner.report.reruns import newest_a_seed
from llmrl_runner.runs.lookup import number, word
from llmrl_runner.runs.reward_result import figures_of_seeds
from llmrl_runner.runs.wording import UNKNOWN

SHARE_OF_BOUND = 0.8  # of the return that no episode exceeds: the threshold where none is given


@dataclass(frozen=True)
class Arm:
    """The runs of one arm, one a seed, in the order of their seeds; of a run about rewards, one a final seed."""

    title: str
    runs: Sequence[LearningRun]

    @property
    def records(self) -> list[RunRecord]:
        """Its run folders, each once."""
        return [run.record for run in self.runs if run.part == 0]

    @property
    def is_about_rewards(self) -> bool:
        """Whether its runs are final trainings with one reward."""
        return self.runs[0].record.is_about_rewards

    @property
    def steps(self) -> NDArray[np.int64]:
        """The steps at which all its runs were evaluated, (k,)."""
        common = set.intersection(*({int(step) for step in run.evaluations.steps} for run in self.runs))
        return np.array(sorted(common), dtype=np.int64)

    @property
    def modes(self) -> Sequence[str]:
        """The ways of acting in which all its runs were evaluated."""
        return [mode for mode in MODES if all(mode in run.evaluations.modes for run in self.runs)]

    def scores(self, mode: str, measure: str = RETURN) -> NDArray[np.float64]:
        """Each run's mean return, or its success rate, at each of the common steps, (runs, k)."""
        return np.stack([run.evaluations.scores(mode, measure)[self._places(run)] for run in self.runs])

    def visits(self) -> NDArray[np.int64] | None:
        """How often agents stood on each cell at each of the common steps, over all runs: (k, columns, rows)."""
        found = [run.evaluations.visits for run in self.runs]
        known = [visits[self._places(run)] for run, visits in zip(self.runs, found, strict=True) if visits is not None]
        is_one_grid = len(known) == len(found) and len({visits.shape[1:] for visits in known}) == 1
        return np.asarray(sum(known[1:], known[0])) if is_one_grid else None

    def numbers(self, *path: str) -> list[float]:
        """A figure of result.json, of those run folders that have it."""
        return [value for record in self.records if (value := number(record.result, *path)) is not None]

    def figures_of_seeds(self, name: str) -> list[float]:
        """A figure of result.json's `final` of each of its final trainings, of those that have it."""
        found = [figures_of_seeds(record.result, name) for record in self.records]
        return [value for values in found for value in values if value is not None]

    def _places(self, run: LearningRun) -> NDArray[np.bool_]:
        return np.isin(run.evaluations.steps, self.steps)


@dataclass(frozen=True)
class Comparison:
    """The arms in one environment, and the score that counts as having learned (None where nobody says).

    measure: success for rewards to be compared by, where it is defined in all runs; else return.
    """

    env: str
    env_id: str
    threshold: float | None
    arms: Sequence[Arm]
    measure: str = RETURN


@dataclass(frozen=True)
class Comparisons:
    """All comparisons of a set of run folders, and a line for each run that is in none of them."""

    of_envs: Sequence[Comparison]
    left_out: Sequence[str]


def compare(folders: Iterable[Path], threshold: float | None = None, arms: Names = NO_NAMES) -> Comparisons:
    """Put the finished runs that hold evaluations together.

    threshold: the return that counts as having learned; where it is None, 0.8 of the return that no episode of an
    environment exceeds, if that is known and above 0; of rewards, the runs' own threshold. arms: what to call them. Of
    two runs of the same arm and seed (`rerun=true`) the one counts whose folder is named last.
    """
    left_out: list[str] = []
    compared = [run for record in map(read_run, folders) for run in learning_runs(record, left_out)]
    by_env: dict[Settings, list[LearningRun]] = defaultdict(list)
    for run in compared:
        by_env[env_settings(run.record.config)].append(run)
    llms = {arm_settings(run.record.config): word(run.record.config, "llm", "name") or "" for run in compared}
    titles = short_titles(llms, arms)  # over all environments, so that an arm is called the same in each
    names = told_apart({env: word(runs[0].record.config, "env", "name") or UNKNOWN for env, runs in by_env.items()})
    found = [_comparison(names[env], runs, titles, threshold, left_out) for env, runs in by_env.items()]
    of_envs = sorted((comparison for comparison in found if comparison.arms), key=lambda comparison: comparison.env)
    return Comparisons(of_envs, left_out)


def _comparison(
    env: str,
    runs: Sequence[LearningRun],
    titles: Mapping[Settings, str],
    threshold: float | None,
    left_out: list[str],
) -> Comparison:
    by_arm: dict[Settings, list[LearningRun]] = defaultdict(list)
    for run in runs:
        by_arm[arm_settings(run.record.config)].append(run)
    arms = [Arm(titles[arm], _one_a_seed(found, left_out)) for arm, found in by_arm.items()]
    measure = _measure(runs)
    return Comparison(
        env=env,
        env_id=word(runs[0].record.config, "env", "id") or "",
        threshold=_threshold(runs, measure) if threshold is None else threshold,
        arms=sorted((arm for arm in arms if _is_comparable(arm, left_out)), key=lambda arm: arm.title),
        measure=measure,
    )


def _one_a_seed(runs: Sequence[LearningRun], left_out: list[str]) -> list[LearningRun]:
    seeds = {run.record.folder: json.dumps(run.record.config.get("seed")) for run in runs}
    newest, replaced = newest_a_seed(seeds)
    left_out += [f"{old}: made again in {new.name}" for old, new in replaced]
    kept = [run for run in runs if run.record.folder in newest]
    return sorted(kept, key=lambda run: (number(run.record.config, "seed") or 0, str(run.record.folder), run.part))


def _is_comparable(arm: Arm, left_out: list[str]) -> bool:
    if len(arm.steps):
        return True
    left_out.append(f"arm {arm.title}: its {len(arm.runs)} runs were never evaluated at the same step")
    return False


def _measure(runs: Sequence[LearningRun]) -> str:
    if not all(run.record.is_about_rewards for run in runs):
        return RETURN
    return measure_of(run.evaluations for run in runs)


def _threshold(runs: Sequence[LearningRun], measure: str) -> float | None:
    if measure == SUCCESS:
        return next((own for run in runs if (own := number(run.record.result, "final", "threshold")) is not None), None)
    bounds = [number(run.record.result, "return_max") for run in runs]
    bound = next((bound for bound in bounds if bound is not None), None)
    return SHARE_OF_BOUND * bound if bound is not None and bound > 0 else None
