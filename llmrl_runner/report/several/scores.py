"""What each arm scores: in each environment by its own returns, and over all of them on one scale."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llmrl_runner.report.several.bootstrap import Estimate, Floats, Resamples, iqms, means
from llmrl_runner.report.several.study import Arm, Cell, Env, Study
from llmrl_runner.runs.wording import score_words

FULL_SCORE = 1.0


@dataclass(frozen=True)
class CellScore:
    """An arm in one environment. success: None where it isn't defined. `interval`s of a single run are over its
    episodes, of several over runs."""

    cell: Cell
    mean: Estimate
    iqm: Estimate
    success: Estimate | None

    @property
    def is_of_one_run(self) -> bool:
        """Whether its interval is over episodes."""
        return len(self.cell.scored) == 1


@dataclass(frozen=True)
class Scale:
    """What stands for 0 and for 1 in an environment, as returns, and in a sentence each."""

    env: Env
    zero: float
    one: float
    zero_is: str
    one_is: str

    def normalised(self, returns: Sequence[float]) -> Floats:
        """Returns on the scale."""
        return (np.asarray(returns, dtype=np.float64) - self.zero) / (self.one - self.zero)


@dataclass(frozen=True)
class Overall:
    """An arm over the environments of a standing, by its scores on their scales.

    gap: by how much its scores fall short of 1 in the mean, a score above 1 counting as 1. success: the mean of the
    environments' rates, None where a run of the standing defines none.
    """

    arm: Arm
    runs: int
    iqm: Estimate
    mean: Estimate
    median: Estimate
    gap: Estimate
    success: Estimate | None


@dataclass(frozen=True)
class Standing:
    """Arms that were all run in the environments of `scales`, two or more of them, the highest first."""

    scales: Sequence[Scale]
    rows: Sequence[Overall]


def cell_score(cell: Cell) -> CellScore:
    """What the scored runs of a cell come to; there must be one."""
    scores, successes = np.array(cell.scores), np.array(cell.successes)
    resamples = Resamples.of([len(scores)])
    counts = resamples.pooled
    success = resamples.estimate(means(successes, counts)) if len(successes) else None
    if len(scores) > 1:
        mean, middle = (resamples.estimate(figure(scores, counts)) for figure in (means, iqms))
        return CellScore(cell, mean, middle, success)
    [run] = cell.scored
    own = Estimate(float(scores[0]), run.score_interval)
    return CellScore(cell, own, own, success and Estimate(success.value, run.success_interval))


def scales(study: Study) -> list[Scale]:
    """The scale of each environment in which several arms scored, and not all the same."""
    found = [_scale(env, cells) for env, cells in study.compared.items() if len(cells) > 1]
    return [scale for scale in found if scale.one > scale.zero]


def _scale(env: Env, cells: Sequence[Cell]) -> Scale:
    everything = [score for cell in cells for score in cell.scores]
    blind = [score for cell in cells if cell.arm.is_control for score in cell.scores]
    zero = float(np.mean(blind)) if blind else min(everything)
    zero_is = "the mean of the control (llm=random)" if blind else "the lowest run, there being no control"
    for one, one_is in ((env.optimum, "the optimum"), (env.return_max, "the return that no episode exceeds")):
        if one is not None:
            return Scale(env, zero, one, zero_is, one_is)
    return Scale(env, zero, max(everything), zero_is, "the highest run, the optimum being unknown")


def scale_words(scale: Scale) -> str:
    """`frozen_lake: 0 is 0.0130, the mean of the control (llm=random); 1 is 1.000, the optimum.`"""
    zero, one = score_words(scale.zero), score_words(scale.one)
    return f"{scale.env.name}: 0 is {zero}, {scale.zero_is}; 1 is {one}, {scale.one_is}."


def standings(study: Study) -> list[Standing]:
    """A standing for each set of two or more environments that some arm was run in, with all arms that were run in all
    of them; the one of most environments first. Arms are never ranked over different environments."""
    known = {scale.env: scale for scale in scales(study)}
    cells = {(cell.arm, cell.env): cell for env in known for cell in study.compared[env]}
    places = {arm: frozenset(env for env in known if (arm, env) in cells) for arm in study.arms}
    found = []
    for envs in sorted(
        {each for each in places.values() if len(each) > 1}, key=lambda each: (-len(each), _names(each))
    ):
        arms = [arm for arm in study.arms if places[arm] >= envs]
        if len(arms) > 1:
            of_arms = {arm: [cells[arm, env] for env in known if env in envs] for arm in arms}
            found.append(Standing([scale for env, scale in known.items() if env in envs], _rows(of_arms, known)))
    return found


def _names(envs: Iterable[Env]) -> list[str]:
    return sorted(env.name for env in envs)


def _rows(of_arms: Mapping[Arm, Sequence[Cell]], known: Mapping[Env, Scale]) -> list[Overall]:
    has_success = all(cell.successes for cells in of_arms.values() for cell in cells)
    rows = [_of_arm(arm, cells, known, has_success) for arm, cells in of_arms.items()]
    return sorted(rows, key=lambda row: -row.iqm.value)


def _of_arm(arm: Arm, cells: Sequence[Cell], known: Mapping[Env, Scale], has_success: bool) -> Overall:
    strata = [known[cell.env].normalised(cell.scores) for cell in cells]
    resamples = Resamples.of([len(scores) for scores in strata])
    counts, together = resamples.pooled, np.concatenate(strata)
    of_envs = _env_means(strata, resamples)
    rates = _env_means([np.array(cell.successes) for cell in cells], resamples) if has_success else None
    return Overall(
        arm=arm,
        runs=len(together),
        iqm=resamples.estimate(iqms(together, counts)),
        mean=resamples.estimate(of_envs.mean(axis=1)),
        median=resamples.estimate(np.median(of_envs, axis=1)),
        gap=resamples.estimate(means(FULL_SCORE - np.minimum(together, FULL_SCORE), counts)),
        success=None if rates is None else resamples.estimate(rates.mean(axis=1)),
    )


def _env_means(strata: Sequence[Floats], resamples: Resamples) -> Floats:
    """Each environment's mean in each resample, (1 + reps, environments)."""
    return np.stack([means(scores, own) for scores, own in zip(strata, resamples.counts, strict=True)], axis=1)
