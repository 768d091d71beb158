"""What somebody advises where: for each line that was asked about, how often each action was named."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from llmrl_runner.envs.arrays import FloatArray


class Advice:
    """Frequencies (actions,) by line; a line without any has none."""

    def __init__(self, actions: int, frequencies: Mapping[str, Sequence[float]] | None = None) -> None:
        """frequencies: how often each action was named, in any scale. Raises ValueError where they don't fit."""
        self.actions = actions
        self._of: dict[str, FloatArray] = {}
        for line, counts in (frequencies or {}).items():
            self.add(line, counts)

    def __len__(self) -> int:
        return len(self._of)

    def __contains__(self, line: str) -> bool:
        return line in self._of

    @property
    def lines(self) -> list[str]:
        """In the order in which they were added."""
        return list(self._of)

    def add(self, line: str, counts: Sequence[float]) -> None:
        """Advise on one more line. Raises ValueError where these are no counts of the actions."""
        given = np.asarray(counts, dtype=np.float64)
        if given.shape != (self.actions,) or not np.isfinite(given).all() or (given < 0).any() or not given.sum():
            raise ValueError(f"{self.actions} counts needed, at least one of them above 0, got {list(counts)}")
        self._of[line] = given / given.sum()

    def of(self, line: str) -> FloatArray | None:
        """The frequencies (actions,) for a line, None where nobody was asked."""
        return self._of.get(line)

    # ----------------------------------------------------------------------------------------------------- controls

    def shuffled(self, seed: int) -> "Advice":
        """The same advice, each on another line: as sure of itself, and about nothing.

        Lines stand in a circle, by a hash of each, and take the next one's advice: so whose a line takes changes with
        none that is added but its new neighbour.
        """
        circle = sorted(self._of, key=lambda line: hashlib.sha256(f"{seed} {line}".encode()).digest())
        taken = dict(zip(circle, [*circle[1:], *circle[:1]], strict=True))
        return Advice(self.actions, {line: self._of[taken[line]].tolist() for line in self._of})

    def wrong(self) -> "Advice":
        """On each line evenly what was advised least."""
        return Advice(self.actions, {line: (own == own.min()).tolist() for line, own in self._of.items()})
