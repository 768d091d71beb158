"""Observations that hold more than the state: what stands where, and when."""

import numpy as np
import pytest
from gymnasium import spaces

from llmrl_runner.encoders.hashed import HashEncoder
from llmrl_runner.encoders.table import TextTable
from llmrl_runner.rl.told_batch import FIRST_LINES, Book, Layout, ToldBatch, alike, scored
from tests.rl.corridor import CELLS, Corridor
from tests.rl.telling import LINES, CorridorSituations, to_the_right, told

SLOTS = np.arange(2)


def test_without_anything_to_tell_the_state_stays_as_it_is() -> None:
    batch = told(Book(), 2)

    seen = batch.reset(SLOTS, np.array([0, 3]))

    assert batch.layout == Layout(CELLS + 1)
    assert np.array_equal(seen, Corridor(2).reset(SLOTS, np.array([0, 3])))


def test_an_observation_holds_state_texts_advice_and_flag() -> None:
    table = TextTable(HashEncoder(4))
    batch = told(Book(table, to_the_right([3])), 2, ("instruction", "line"))

    first = batch.reset(SLOTS, np.array([2, 1]))
    second, *_ = batch.step(SLOTS, np.array([1, 1]))

    assert batch.layout == Layout(CELLS + 1, texts=2, advice=3)
    assert [[table.texts[int(row)] for row in rows] for rows in first[:, CELLS + 1 : CELLS + 3]] == [
        ["walk", "cell 2"], ["go on", "cell 1"]
    ]  # fmt: skip
    assert [table.texts[int(rows[CELLS + 1])] for rows in second] == ["walk", "go on"]  # as the episode began
    assert [table.texts[int(rows[CELLS + 2])] for rows in second] == ["cell 3", "cell 2"]
    assert second[:, -4:].tolist() == [[0, 1, 0, 1], [0, 0, 0, 0]]


def test_the_steps_before_stand_before_and_a_new_episode_has_none() -> None:
    batch = told(Book(), 1, steps=3)
    slot, width = np.array([0]), CELLS + 1

    batch.reset(slot, np.array([0]))
    second, *_ = batch.step(slot, np.array([1]))
    renewed = batch.reset(slot, np.array([4]))

    assert second.shape == (1, 3 * width)
    assert not second[0, :width].any()
    assert np.argmax(second[0, width : width + CELLS]) == 0
    assert np.argmax(second[0, 2 * width : 2 * width + CELLS]) == 1
    assert not renewed[0, : 2 * width].any()


def test_potentials_are_the_lines_scores_or_how_like_a_line_is_to_its_instruction() -> None:
    table = TextTable(HashEncoder(4))
    by_score = told(Book(scores={"cell 2": 0.5}), 2, potential=scored)
    by_likeness = told(Book(table), 2, potential=alike)

    for batch in (by_score, by_likeness):
        batch.reset(SLOTS, np.array([2, 1]))

    vectors = HashEncoder(4).encode(["walk", "cell 2", "go on", "cell 1"])
    assert by_score.phi.tolist() == [0.5, 0.0]
    assert by_likeness.phi == pytest.approx([vectors[0] @ vectors[1], vectors[2] @ vectors[3]])


def test_agreement_is_how_often_advice_was_taken_where_there_was_some() -> None:
    batch = told(Book(advice=to_the_right([2, 3])), 2)

    assert batch.agreement is None
    batch.reset(SLOTS, np.array([2, 0]))
    batch.step(SLOTS, np.array([1, 1]))
    batch.step(SLOTS, np.array([0, 1]))

    assert batch.agreement == 0.5
    assert [batch.met[line] for line in LINES[:4]] == [1, 1, 3, 1]


def test_a_book_has_room_for_more_lines_than_at_first() -> None:
    book = Book(TextTable(HashEncoder(4)), to_the_right([1]), {"line 70": 0.7})

    numbers = book.numbers([f"line {k}" for k in range(2 * FIRST_LINES)] + ["cell 1"])

    assert numbers.tolist() == list(range(2 * FIRST_LINES + 1))
    assert book.score[70] == 0.7
    assert book.frequencies[numbers[-1]].tolist() == [0, 1, 0, 1]
    assert (book.rows[numbers] == numbers + 1).all()


def test_numbers_become_rows_and_pictures_are_refused() -> None:
    class Numbered(Corridor):
        def __init__(self, size: int) -> None:
            super().__init__(size)
            self.observation_space = spaces.Discrete(CELLS)  # type: ignore[assignment]

        def _seen(self, slots):  # type: ignore[no-untyped-def]
            return self.cells[slots]

    class Pictured(Corridor):
        def __init__(self, size: int) -> None:
            super().__init__(size)
            self.observation_space = spaces.Box(0, 255, (4, 4, 3), np.uint8)

    batch = ToldBatch(Numbered(2), CorridorSituations(), Book())

    assert batch.reset(SLOTS, np.array([2, 0])).tolist() == [[0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]]
    with pytest.raises(ValueError, match="rows"):
        ToldBatch(Pictured(1), CorridorSituations(), Book())
