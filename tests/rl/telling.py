"""The corridor of tests/rl/corridor.py, told in lines and with an instruction that may change."""

from collections.abc import Mapping, Sequence

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.rl.advice import Advice
from llmrl_runner.rl.told_batch import Book, ToldBatch
from tests.rl.corridor import CELLS, Corridor

LINES = [f"cell {cell}" for cell in range(CELLS)]


class CorridorSituations:
    """A line a cell; instructions are given in turn, by the number of the episode's first cell."""

    legend = "- cell: which it is."

    def __init__(self, instructions: Sequence[str] = ("walk",)) -> None:
        self._instructions = instructions

    def instructions(self, batch: NetworkBatch, slots: IntArray) -> list[str]:
        return [self._instructions[cell % len(self._instructions)] for cell in batch.positions(slots)[:, 0].tolist()]

    def lines(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> list[str]:
        return [LINES[cell] for cell in np.argmax(observations[:, :CELLS], axis=1).tolist()]

    def telling(self, others: Mapping[str, str]) -> "CorridorSituations":
        return CorridorSituations([others.get(each, each) for each in self._instructions])


def to_the_right(cells: Sequence[int] = range(CELLS)) -> Advice:
    """Always the right action, on some of the cells."""
    return Advice(3, {LINES[cell]: [0, 1, 0] for cell in cells})


def told(book: Book, size: int = 1, texts: Sequence[str] = (), **options: object) -> ToldBatch:
    return ToldBatch(Corridor(size), CorridorSituations(["walk", "go on"]), book, texts, **options)  # type: ignore[arg-type]
