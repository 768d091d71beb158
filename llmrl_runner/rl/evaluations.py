"""The evaluations of an iteration on disk, evaluations.npz: every episode's score, so that curves need no guess.

steps (k,): environment steps of the training at each evaluation. seeds (k, n). For each mode, sampled and greedy:
`{mode}_returns` (k, n), `{mode}_lengths` (k, n), `{mode}_successes` (k, n), absent where success is not defined. All of
sampled's are absent where only greedy episodes were played. visits (k, columns, rows): see Evaluation; absent where
there are none.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.files.whole import replacing
from llmrl_runner.rl.network_evaluation import Evaluation
from llmrl_runner.rl.rollout import EpisodeScores

FILE_NAME = "evaluations.npz"
MODES = ("sampled", "greedy")


class Evaluations:
    """Evaluations in the order of their steps, all of them of as many episodes."""

    def __init__(self, entries: Iterable[tuple[int, Evaluation]] = ()) -> None:
        self.entries = list(entries)

    def __len__(self) -> int:
        return len(self.entries)

    def add(self, steps: int, evaluation: Evaluation) -> None:
        """The evaluation after so many environment steps."""
        self.entries.append((steps, evaluation))

    def save(self, path: Path) -> None:
        """Write them to `path`, whole or not at all. Raises ValueError where there is none."""
        if not self.entries:
            raise ValueError(f"{path}: there is no evaluation to keep")
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **self._arrays())

    @classmethod
    def load(cls, path: Path) -> "Evaluations":
        """What `save` wrote. Raises ConfigError where it can't be read."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = dict(file)
            return cls((int(steps), _entry(arrays, row)) for row, steps in enumerate(arrays["steps"]))
        except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile) as error:
            cure = f"delete {path.parent}, and the same command makes it again"
            raise ConfigError("", f"{path}: can't be read ({type(error).__name__}: {error}); {cure}") from error

    def _arrays(self) -> dict[str, AnyArray]:
        steps, evaluations = zip(*self.entries, strict=True)
        arrays = {"steps": np.array(steps, dtype=np.int64), "seeds": np.stack([one.seeds for one in evaluations])}
        for mode in MODES:
            arrays |= _arrays_of(mode, [scores for one in evaluations if (scores := getattr(one, mode)) is not None])
        visits = [one.visits for one in evaluations if one.visits is not None]
        return arrays | ({"visits": np.stack(visits)} if visits else {})


def _arrays_of(mode: str, scores: Sequence[EpisodeScores]) -> dict[str, AnyArray]:
    """Nothing where no episode was played in this mode."""
    if not scores:
        return {}
    arrays: dict[str, AnyArray] = {
        f"{mode}_returns": np.stack([one.returns for one in scores]),
        f"{mode}_lengths": np.stack([one.lengths for one in scores]),
    }
    successes = [one.successes for one in scores if one.successes is not None]
    return arrays | ({f"{mode}_successes": np.stack(successes)} if successes else {})


def _entry(arrays: dict[str, AnyArray], row: int) -> Evaluation:
    sampled = _scores(arrays, "sampled", row) if "sampled_returns" in arrays else None
    greedy = _scores(arrays, "greedy", row)
    return Evaluation(arrays["seeds"][row], sampled, greedy, arrays["visits"][row] if "visits" in arrays else None)


def _scores(arrays: dict[str, AnyArray], mode: str, row: int) -> EpisodeScores:
    successes = arrays.get(f"{mode}_successes")
    kept = None if successes is None else successes[row]
    return EpisodeScores(arrays[f"{mode}_returns"][row], arrays[f"{mode}_lengths"][row], kept)
