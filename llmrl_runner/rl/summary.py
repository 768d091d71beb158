"""What many episodes have in common, for a prompt, and which few of them to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.envs.discretise import Discretiser
from llmrl_runner.rl.rollout import Episode

BUSIEST_CELLS = 8


class Spread(NamedTuple):
    """Smallest, middle, largest and mean of some numbers."""

    low: float
    median: float
    high: float
    mean: float


class CellVisits(NamedTuple):
    """How often one cell was entered: its bins (k,), its share of all steps, the mean return of episodes through it."""

    bins: tuple[int, ...]
    share: float
    return_mean: float


@dataclass(frozen=True)
class EpisodesSummary:
    """Aggregates of n episodes.

    success_rate is None where success isn't defined. action_shares: (name, share of the steps) of discrete actions.
    action_spreads: (name, spread) of each continuous dimension. cells_visited, n_cells and busiest are about the cells
    of a table, None and empty without one.
    """

    episodes: int
    returns: Spread
    lengths: Spread
    terminated: int
    truncated: int
    success_rate: float | None
    action_shares: tuple[tuple[str, float], ...]
    action_spreads: tuple[tuple[str, Spread], ...]
    cells_visited: int | None
    n_cells: int | None
    busiest: tuple[CellVisits, ...]


def episodes_summary(
    episodes: Sequence[Episode],
    actions: ActionCodec,
    success: SuccessConfig,
    discretiser: Discretiser | None = None,
    busiest: int = BUSIEST_CELLS,
) -> EpisodesSummary:
    """What at least one episode has in common with the others; with a discretiser, which cells they went through."""
    taken = np.concatenate([episode.actions for episode in episodes])
    successes = [episode.is_success(success) for episode in episodes]
    visits = _visits(episodes, discretiser) if discretiser is not None else None
    return EpisodesSummary(
        episodes=len(episodes),
        returns=spread([episode.episode_return for episode in episodes]),
        lengths=spread([episode.length for episode in episodes]),
        terminated=sum(episode.terminated for episode in episodes),
        truncated=sum(episode.truncated and not episode.terminated for episode in episodes),
        success_rate=None if None in successes else float(np.mean([bool(reached) for reached in successes])),
        action_shares=_shares(taken, actions) if actions.is_discrete else (),
        action_spreads=() if actions.is_discrete else _spreads(taken, actions),
        cells_visited=None if visits is None else len(visits),
        n_cells=None if discretiser is None else discretiser.n_cells,
        busiest=tuple((visits or [])[:busiest]),
    )


def best_and_worst(episodes: Sequence[Episode], best: int = 4, worst: int = 1) -> tuple[list[Episode], list[Episode]]:
    """The episodes with the highest returns, best first, and of the others those with the lowest, worst first."""
    ranked = _ranked(episodes)
    rest = ranked[best:]
    return ranked[:best], rest[::-1][:worst]


def median_episode(episodes: Sequence[Episode]) -> Episode:
    """The episode in the middle of the ranking by return (the upper one of two)."""
    return _ranked(episodes)[(len(episodes) - 1) // 2]


def spread(values: Sequence[float] | FloatArray) -> Spread:
    """Smallest, middle, largest and mean of at least one number."""
    numbers = np.asarray(values, dtype=np.float64)
    return Spread(float(numbers.min()), float(np.median(numbers)), float(numbers.max()), float(numbers.mean()))


def field_scales(episodes: Sequence[Episode]) -> FloatArray:
    """The usual size (f,) of each field, its root mean square over all steps; 1 for a field that was always 0."""
    size: FloatArray = np.sqrt(np.mean(np.square(np.concatenate([e.observations for e in episodes])), axis=0))
    return np.where(size > 0, size, 1.0)


def _ranked(episodes: Sequence[Episode]) -> list[Episode]:
    """Highest return first; equal ones in their order."""
    return sorted(episodes, key=lambda episode: -episode.episode_return)


def _shares(taken: IntArray, actions: ActionCodec) -> tuple[tuple[str, float], ...]:
    numbers = actions.decode(np.arange(actions.choices)[:, None])
    return tuple((name, float(np.mean(taken == number))) for name, number in zip(actions.names, numbers, strict=True))


def _spreads(taken: FloatArray, actions: ActionCodec) -> tuple[tuple[str, Spread], ...]:
    return tuple((name, spread(taken[:, dimension])) for dimension, name in enumerate(actions.names))


def _visits(episodes: Sequence[Episode], discretiser: Discretiser) -> list[CellVisits]:
    """Every cell in which an action was taken, the busiest first."""
    paths = [discretiser.cells(episode.observations[:-1]) for episode in episodes]
    steps = np.bincount(np.concatenate(paths), minlength=discretiser.n_cells)
    through, returns = np.zeros(discretiser.n_cells), np.zeros(discretiser.n_cells)
    for episode, path in zip(episodes, paths, strict=True):
        cells = np.unique(path)
        through[cells] += 1
        returns[cells] += episode.episode_return
    order = np.argsort(-steps, kind="stable")[: np.count_nonzero(steps)]
    bins = discretiser.unravel(order).tolist()
    shares, means = steps[order] / steps.sum(), returns[order] / through[order]
    return [
        CellVisits(tuple(index), float(share), float(mean))
        for index, share, mean in zip(bins, shares, means, strict=True)
    ]
