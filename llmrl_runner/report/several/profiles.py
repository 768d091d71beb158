"""Performance profiles: the share of an arm's runs that score above each of many levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llmrl_runner.report.intervals import LEVEL
from llmrl_runner.report.several.bootstrap import Floats, Resamples, means
from llmrl_runner.report.several.scores import Standing
from llmrl_runner.report.several.study import Arm, Env, Study

LEVELS = 101
BELOW = 0.02  # of all that is shown: so far under the lowest score a curve begins


@dataclass(frozen=True)
class Profile:
    """The share of runs (k,) above each of the k levels, and its 95 % band (2, k), None where there is none."""

    arm: Arm
    levels: Floats
    shares: Floats
    band: Floats | None


@dataclass(frozen=True)
class ProfileGroup:
    """The profiles of arms that were run in the same environments. measure: what the levels are of."""

    envs: Sequence[Env]
    measure: str
    profiles: Sequence[Profile]


def profile_groups(study: Study, standings: Sequence[Standing]) -> list[ProfileGroup]:
    """A group a standing; where there is none, one an environment with several arms, by its own returns.

    Source: Agarwal et al., 2021 (run-score distributions).
    """
    if standings:
        return [_of_standing(study, standing) for standing in standings]
    several = {env: cells for env, cells in study.compared.items() if len(cells) > 1}
    return [
        _group([env], "held-out return", {cell.arm: [np.array(cell.scores)] for cell in cells})
        for env, cells in several.items()
    ]


def _of_standing(study: Study, standing: Standing) -> ProfileGroup:
    strata: dict[Arm, list[Floats]] = {row.arm: [] for row in standing.rows}
    for scale in standing.scales:
        for cell in study.compared[scale.env]:
            if cell.arm in strata:
                strata[cell.arm].append(scale.normalised(cell.scores))
    return _group([scale.env for scale in standing.scales], "normalised held-out return", strata, (0.0, 1.0))


def _group(
    envs: Sequence[Env], measure: str, strata: Mapping[Arm, Sequence[Floats]], ends: tuple[float, ...] = ()
) -> ProfileGroup:
    everything = np.concatenate([*(scores for found in strata.values() for scores in found), np.array(ends)])
    low, high = float(everything.min()), float(everything.max())
    levels = np.linspace(low - BELOW * ((high - low) or 1.0), high, LEVELS)
    ordered = sorted(strata.items(), key=lambda pair: pair[0].place)
    return ProfileGroup(envs, measure, [_profile(arm, found, levels) for arm, found in ordered])


def _profile(arm: Arm, strata: Sequence[Floats], levels: Floats) -> Profile:
    resamples = Resamples.of([len(scores) for scores in strata])
    above = (np.concatenate(strata)[:, None] > levels).astype(np.float64)
    shares = means(above, resamples.pooled)
    is_known = min(len(scores) for scores in strata) > 1
    band = np.percentile(shares[1:], [50 * (1 - LEVEL), 50 * (1 + LEVEL)], axis=0) if is_known else None
    return Profile(arm, levels, shares[0], band)
