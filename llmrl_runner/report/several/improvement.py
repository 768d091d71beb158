"""How likely a run of one arm scores above one of another, in the environments that both were run in."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from llmrl_runner.report.several.bootstrap import Estimate, Resamples, wins
from llmrl_runner.report.several.study import Arm, Cell, Env, Study


@dataclass(frozen=True)
class Improvement:
    """The probability that a run of `first` returns more than one of `second`, a tie counting half, as the mean over
    the environments `envs` that they share. It asks how often, not by how much. fewest: runs of an arm in one of them.
    Source: Agarwal et al., 2021.
    """

    first: Arm
    second: Arm
    envs: Sequence[Env]
    runs: tuple[int, int]
    fewest: int
    probability: Estimate


def improvements(study: Study) -> list[Improvement]:
    """Both directions of every pair of arms that share an environment."""
    cells = {(cell.env, cell.arm): cell for cells in study.compared.values() for cell in cells}
    found = []
    for first, second in combinations(study.arms, 2):
        shared = [env for env in study.compared if (env, first) in cells and (env, second) in cells]
        if shared:
            pairs = [(cells[env, first], cells[env, second]) for env in shared]
            one_way = _improvement(first, second, shared, pairs)
            found += [one_way, _turned(one_way)]
    return found


def _improvement(first: Arm, second: Arm, envs: Sequence[Env], pairs: Sequence[tuple[Cell, Cell]]) -> Improvement:
    sizes = [len(cell.scores) for pair in pairs for cell in pair]
    resamples = Resamples.of(sizes)
    ours, theirs = resamples.counts[::2], resamples.counts[1::2]
    of_envs = []
    for (a, b), own, other in zip(pairs, ours, theirs, strict=True):
        won = wins(np.array(a.scores), np.array(b.scores))
        of_envs.append(((own @ won) * other).sum(axis=1) / won.size)
    runs = sum(sizes[::2]), sum(sizes[1::2])
    return Improvement(first, second, envs, runs, min(sizes), resamples.estimate(np.mean(of_envs, axis=0)))


def _turned(pair: Improvement) -> Improvement:
    """The other way round: all that one arm doesn't win, the other does."""
    bounds = pair.probability.interval
    turned = Estimate(1 - pair.probability.value, bounds and (1 - bounds[1], 1 - bounds[0]))
    return Improvement(pair.second, pair.first, pair.envs, (pair.runs[1], pair.runs[0]), pair.fewest, turned)
