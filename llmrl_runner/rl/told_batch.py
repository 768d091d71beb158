"""A batch whose observations hold more than the state: texts, advice, and the steps before."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.encoders.table import TextTable
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch, Step
from llmrl_runner.envs.situations import Situations, check_lines
from llmrl_runner.rl.advice import Advice
from llmrl_runner.rl.wrapped_batch import WrappedBatch

FIRST_LINES = 64  # rows; doubled when they are full
INSTRUCTION, LINE = "instruction", "line"


@dataclass(frozen=True)
class Layout:
    """What the columns of one step are: the state's, then one a text with its row in the table, then advice's.

    advice: how many actions are advised on, 0 where none is; after their frequencies comes a flag, 1 where there is
    advice. steps: how many steps an observation holds, the latest last.
    """

    state: int
    texts: int = 0
    advice: int = 0
    steps: int = 1

    @property
    def width(self) -> int:
        """Columns of a step."""
        return self.state + self.texts + (self.advice + 1 if self.advice else 0)

    @property
    def columns(self) -> int:
        """Columns in all."""
        return self.steps * self.width


class Book:
    """What a run has on each line that came up: its row in the table of texts, its advice, its score.

    table: None where nothing is encoded; reads_lines: whether lines are, beside instructions. advice: None where there
    is none to be given. scores: by line. Lines have numbers, in the order in which they came up; rows (k,), frequencies
    (k, actions + 1), the last column 1 where there is advice, and score (k,) hold what is known of each.
    """

    def __init__(
        self,
        table: TextTable | None = None,
        advice: Advice | None = None,
        scores: Mapping[str, float] | None = None,
        reads_lines: bool = True,
    ) -> None:
        self.table, self.advice, self._scores = table, advice, scores or {}
        self._of_lines = table if reads_lines else None
        self._numbers: dict[str, int] = {}
        self.rows: IntArray = np.zeros(FIRST_LINES, dtype=np.int64)
        self.frequencies: FloatArray = np.zeros((FIRST_LINES, (advice.actions if advice is not None else 0) + 1))
        self.score: FloatArray = np.zeros(FIRST_LINES)

    def numbers(self, lines: Sequence[str]) -> IntArray:
        """The number of each line; those that are new get one."""
        known = self._numbers
        return np.array([known[line] if line in known else self._add(line) for line in lines], dtype=np.int64)

    @property
    def lines(self) -> list[str]:
        """In the order of their numbers."""
        return list(self._numbers)

    def _add(self, line: str) -> int:
        number = self._numbers[line] = len(self._numbers)
        if number == len(self.rows):
            self.rows, self.frequencies, self.score = map(_doubled, (self.rows, self.frequencies, self.score))
        check_lines([line])
        if self._of_lines is not None:
            self.rows[number] = self._of_lines.rows([line])[0]
        if self.advice is not None and (own := self.advice.of(line)) is not None:
            self.frequencies[number] = np.append(own, 1.0)
        self.score[number] = self._scores.get(line, 0.0)
        return number


Potential = Callable[[Book, IntArray, IntArray], FloatArray]  # of lines (m,) and instructions (m,), both by number


def scored(book: Book, lines: IntArray, instructions: IntArray) -> FloatArray:
    """The potential that a line was scored with, 0 for one that wasn't."""
    return book.score[lines]


def alike(book: Book, lines: IntArray, instructions: IntArray) -> FloatArray:
    """The potential that is the cosine of a line's vector and its instruction's."""
    assert book.table is not None
    vectors = book.table.vectors
    cosines = np.einsum("ij,ij->i", vectors[book.rows[lines]], vectors[instructions])
    return np.asarray(cosines, dtype=np.float64)


class ToldBatch(WrappedBatch):
    """Observations (n, layout.columns) of a batch whose own are rows of numbers, or a number.

    texts: which of `instruction` and `line` an observation holds. potential: of each slot's state, which is kept in
    phi (size,), and as the last step left it, before any slot was reset, in phi_reached (size,); None keeps 0. met: how
    often each line came up. Raises ValueError for other observations.
    """

    def __init__(
        self,
        inside: NetworkBatch,
        situations: Situations,
        book: Book,
        texts: Sequence[str] = (),
        steps: int = 1,
        potential: Potential | None = None,
    ) -> None:
        super().__init__(inside)
        self._plain = _as_rows(inside.observation_space)
        self._situations, self._book, self._texts, self._potential = situations, book, texts, potential
        advised = 0 if book.advice is None else book.advice.actions
        self.layout = Layout(spaces.flatdim(inside.observation_space), len(texts), advised, steps)
        self.observation_space = spaces.Box(-np.inf, np.inf, (self.layout.columns,), np.float32)
        self._wants_lines = LINE in texts or book.advice is not None or potential is not None
        self._wants_instructions = INSTRUCTION in texts or potential is alike
        self._instruction: IntArray = np.zeros(inside.size, dtype=np.int64)
        self._line: IntArray = np.zeros(inside.size, dtype=np.int64)
        self._window: FloatArray = np.zeros((inside.size, steps, self.layout.width), dtype=np.float32)
        self.met: Counter[str] = Counter()
        self._heeded = self._advised = 0.0
        self.phi: FloatArray = np.zeros(inside.size)
        self.phi_reached = self.phi

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """See NetworkBatch. The steps before the first are zeros."""
        observations = self.inside.reset(slots, seeds)
        if self._wants_instructions:
            assert self._book.table is not None
            self._instruction[slots] = self._book.table.rows(self._situations.instructions(self.inside, slots))
        self._window[slots] = 0.0
        return self._told(slots, observations)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See NetworkBatch."""
        if self._book.advice is not None and isinstance(self.action_space, spaces.Discrete):
            self._heed(slots, actions)
        observations, rewards, terminated, truncated = self.inside.step(slots, actions)
        told = self._told(slots, observations)
        self.phi_reached = self.phi.copy()
        return told, rewards, terminated, truncated

    @property
    def agreement(self) -> float | None:
        """How often an action was advised that was taken, on average over the steps with advice; None without any."""
        return float(self._heeded / self._advised) if self._advised else None

    def _heed(self, slots: IntArray, actions: AnyArray) -> None:
        advice = self._book.frequencies[self._line[slots]]
        self._advised += advice[:, -1].sum()
        self._heeded += advice[np.arange(len(slots)), actions].sum()

    def _told(self, slots: IntArray, observations: AnyArray) -> AnyArray:
        if self._wants_lines:
            self._read_lines(slots, observations)
        rows = {INSTRUCTION: self._instruction, LINE: self._book.rows[self._line]}
        parts = [self._plain(observations), *(rows[text][slots, np.newaxis] for text in self._texts)]
        if self._book.advice is not None:
            parts.append(self._book.frequencies[self._line[slots]])
        step = np.concatenate(parts, axis=1, dtype=np.float32)
        if self.layout.steps == 1:
            return step
        self._window[slots] = np.concatenate([self._window[slots, 1:], step[:, np.newaxis]], axis=1)
        return self._window[slots].reshape(len(slots), -1)

    def _read_lines(self, slots: IntArray, observations: AnyArray) -> None:
        lines = self._situations.lines(self.inside, slots, observations)
        self.met.update(lines)
        self._line[slots] = self._book.numbers(lines)
        if self._potential is not None:
            self.phi[slots] = self._potential(self._book, self._line[slots], self._instruction[slots])


def _as_rows(space: spaces.Space[Any]) -> Callable[[AnyArray], AnyArray]:
    """Observations (m, ...) of this space as rows (m, d)."""
    if isinstance(space, spaces.Discrete):
        ones = np.eye(int(space.n), dtype=np.float32)
        return lambda numbers: ones[numbers]
    if isinstance(space, spaces.Box) and len(space.shape) == 1:
        return lambda rows: rows
    raise ValueError(f"observations must be numbers or rows of them, here they are {space}")


def _doubled(column: AnyArray) -> AnyArray:
    return np.concatenate([column, np.zeros_like(column)])
