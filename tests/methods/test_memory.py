"""Patience and fresh starts, read from the records alone."""

from pathlib import Path

import pytest

from llmrl_runner.methods.memory import Memory
from llmrl_runner.runs.iteration import Record


def memory(story: str, patience: int = 2, restarts: int = 1) -> Memory:
    """A record a letter: b became the best, w was worse, x held no policy, W and B the same on a fresh start."""
    records = [
        Record(
            index,
            Path(),
            {
                "is_best": letter in "bB",
                "is_fresh_start": letter in "WB",
                "return_mean": None if letter == "x" else float(index),
                "outcome": f"outcome {index}",
            },
        )
        for index, letter in enumerate(story)
    ]
    return Memory(records, patience, restarts)


@pytest.mark.parametrize(
    ("story", "is_fresh_start", "is_exhausted"),
    [
        ("", False, False),
        ("b", False, False),
        ("bw", False, False),
        ("bww", True, False),  # patience is over, a restart is left
        ("bxx", True, False),  # an unusable answer wears it out as well
        ("bwwW", False, False),  # the fresh start counts as the first attempt of a new beginning
        ("bwwWw", False, True),
        ("bwwB", False, False),
        ("bwwBww", False, True),
        ("bwbww", True, False),
    ],
)
def test_patience_leads_to_a_fresh_start_and_then_to_the_end(
    story: str, is_fresh_start: bool, is_exhausted: bool
) -> None:
    found = memory(story)

    assert (found.is_fresh_start, found.is_exhausted) == (is_fresh_start, is_exhausted)


def test_without_restarts_patience_ends_the_search() -> None:
    assert memory("bww", restarts=0).is_exhausted


def test_the_best_few_and_the_recent_few_are_shown_in_their_order_and_no_others() -> None:
    shown = memory("bwwxww", patience=9).shown(best=1, recent=2)

    assert [proposal.number for proposal in shown] == [5, 6]
    assert [proposal.number for proposal in memory("bwwwx").shown(best=2, recent=1)] == [3, 4, 5]
    assert memory("bw").shown(best=0, recent=0) == []
    assert [proposal.number for proposal in memory("bww", patience=9).shown(best=0, recent=4)] == [1, 2, 3]
