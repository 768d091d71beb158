"""A run's evaluations.npz files, an iteration each, as one curve: what a network returned as it was trained."""

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = "evaluations.npz"
SAMPLED, GREEDY = MODES = ("sampled", "greedy")
SUCCESS, RETURN = ("success", "return")
UNREADABLE = (OSError, ValueError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error)

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Evaluations:
    """k evaluations of n episodes with the most likely actions, and of n with sampled ones, in order of training.

    steps (k,): environment steps of training before each. returns (k, n) and successes (k, n) by mode, without sampled
    where only the others were played; successes is empty where success is not defined. visits (k, columns, rows): how
    often the agents of the sampled episodes stood on each cell, None where there is no grid.
    """

    steps: NDArray[np.int64]
    returns: Mapping[str, NDArray[np.float64]]
    successes: Mapping[str, NDArray[np.bool_]]
    visits: NDArray[np.int64] | None

    @property
    def episodes(self) -> int:
        """Episodes of an evaluation in each mode."""
        return int(self.returns[GREEDY].shape[1])

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways of acting in which episodes were played."""
        return tuple(mode for mode in MODES if mode in self.returns)

    @property
    def leading(self) -> str:
        """The way of acting by which a network has learned: sampled, where it was played so."""
        return self.modes[0]

    def means(self, mode: str) -> NDArray[np.float64]:
        """The mean return of each evaluation, (k,)."""
        return np.asarray(self.returns[mode].mean(axis=1), dtype=np.float64)

    def scores(self, mode: str, measure: str) -> NDArray[np.float64]:
        """The mean return of each evaluation, or its success rate, (k,). KeyError where success is not defined."""
        return self.means(mode) if measure == RETURN else np.asarray(self.successes[mode].mean(axis=1), np.float64)

    def first_step_at(self, threshold: float, measure: str = RETURN) -> int | None:
        """The steps before the first evaluation whose score is at least `threshold`; None if none is."""
        [reached] = np.nonzero(self.scores(self.leading, measure) >= threshold)
        return int(self.steps[reached[0]]) if len(reached) else None


def measure_of(several: Iterable[Evaluations]) -> str:
    """Success where it is defined in all of them, else return."""
    return SUCCESS if all(set(evaluations.modes) == set(evaluations.successes) for evaluations in several) else RETURN


def read_evaluations(iterations: Iterable[Path], left_out: list[str]) -> Evaluations | None:
    """The evaluations in the iteration folders, in their order; None where there are none.

    A file that can't be read, or doesn't go on from those before it, is left out and named in `left_out`.
    """
    parts: list[Arrays] = []
    for path in (folder / FILE for folder in iterations):
        if not path.is_file():
            continue
        try:
            parts.append(_continuing(parts, _checked(_arrays(path))))
        except ValueError as error:
            left_out.append(f"{path.parent.name}/{FILE} is left out: {error}")
    return _joined(parts) if parts else None


def _arrays(path: Path) -> Arrays:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except UNREADABLE as error:  # numpy's own words advise to unpickle what it can't read
        raise ValueError("it is no whole file of arrays") from error


def _checked(arrays: Arrays) -> Arrays:
    """Raises ValueError where the arrays are not what the file promises."""
    modes = [mode for mode in MODES if mode == GREEDY or any(name.startswith(f"{mode}_") for name in arrays)]
    missing = [name for name in ("steps", *(f"{mode}_returns" for mode in modes)) if name not in arrays]
    if missing:
        raise ValueError(f"it has no {', '.join(missing)}")
    steps = arrays["steps"]
    if steps.ndim != 1 or not len(steps) or not np.all(np.diff(steps) > 0):
        raise ValueError("its steps don't rise")
    for mode in modes:
        returns = arrays[f"{mode}_returns"]
        if returns.ndim != 2 or len(returns) != len(steps) or not returns.size or not np.isfinite(returns).all():
            raise ValueError(f"its {mode}_returns are not a finite number an evaluation and episode")
    return arrays


def _continuing(parts: list[Arrays], part: Arrays) -> Arrays:
    """Raises ValueError where `part` can't follow what is there."""
    if parts and part["steps"][0] <= parts[-1]["steps"][-1]:
        raise ValueError("its steps don't follow those before it")
    names = [name for mode in MODES if (name := f"{mode}_returns") in part and parts and name in parts[-1]]
    if any(part[name].shape[1] != parts[-1][name].shape[1] for name in names):
        raise ValueError("it has another number of episodes than those before it")
    return part


def _joined(parts: list[Arrays]) -> Evaluations:
    def of_each_mode(what: str) -> dict[str, NDArray[Any]]:
        found = {mode: _together(parts, f"{mode}_{what}") for mode in MODES}
        return {mode: array for mode, array in found.items() if array is not None}

    return Evaluations(
        steps=np.concatenate([part["steps"] for part in parts]),
        returns=of_each_mode("returns"),
        successes=of_each_mode("successes"),
        visits=_together(parts, "visits"),
    )


def _together(parts: list[Arrays], name: str) -> NDArray[Any] | None:
    """The array over all parts, None where one lacks it or has it in another shape."""
    arrays = [part[name] for part in parts if name in part and len(part[name]) == len(part["steps"])]
    is_whole = len(arrays) == len(parts) and len({array.shape[1:] for array in arrays}) == 1
    return np.concatenate(arrays) if is_whole else None
