"""What is told of a draft's training, in tables and in words."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.methods.rewards.draft import CheckResult, Draft, Preference, Rung
from llmrl_runner.methods.rewards.feedback_text import failure_feedback, training_feedback
from llmrl_runner.methods.rewards.ranking import ranking_text
from llmrl_runner.methods.rewards.seen import PaidEpisodes, paid_episodes
from llmrl_runner.methods.rewards.tables import aligned, correlations_text, evaluations_table, paid_table
from llmrl_runner.rl.rewards import Paid
from tests.methods.rewards.training_figures import evaluations, seen


def test_every_term_has_its_smallest_mean_and_largest_in_each_tenth() -> None:
    lines = paid_table(seen(near=1.0, effort=-2.0).played).split("\n")

    assert lines[0].split() == ["tenth", *map(str, range(1, 11))]
    assert [line.split()[:-10] for line in lines[1:]] == [
        ["reward", "in", "all", "min"],
        ["mean"],
        ["max"],
        ["near", "min"],
        ["mean"],
        ["max"],
        ["effort", "min"],
        ["mean"],
        ["max"],
    ]
    assert lines[6].split()[1:] == [str(tenth) for tenth in range(1, 11)]
    assert len({len(line) for line in lines}) == 1


def test_every_evaluation_is_a_column_and_of_many_some_are_shown() -> None:
    entries = [(steps, each.greedy) for steps, each in evaluations(np.linspace(0, 1, 50).tolist()).entries]

    lines = evaluations_table(entries).split("\n")

    assert [line.split()[0] for line in lines] == ["after", "success", "return", "length"]
    assert lines[0].split()[2::11] == ["2", "100"]
    assert lines[1].split()[1::11] == ["0%", "100%"]


def test_where_success_is_not_defined_no_success_is_told() -> None:
    entries = [(steps, each.greedy) for steps, each in evaluations([0.0, 1.0], has_success=False).entries]

    assert "success" not in evaluations_table(entries)


SUMS, LENGTHS = np.array([1.0, 2.0, 3.0, 4.0]), np.array([5, 5, 5, 5])


@pytest.mark.parametrize(
    ("successes", "returns", "words"),
    [
        ([False, False, True, True], SUMS, "with success.*4 episodes.*: reward in all \\+0.89, near -0.89, bonus -"),
        ([True] * 4, SUMS, "with the environment's return.*: reward in all \\+1.00, near -1.00"),
        (None, SUMS, "with the environment's return"),
        ([True] * 4, np.ones(4), "The 4 episodes of the last evaluation went alike"),
    ],
)
def test_each_term_is_held_against_success_or_else_the_return(
    successes: list[bool] | None, returns: np.ndarray, words: str
) -> None:
    won = None if successes is None else np.array(successes)
    last = PaidEpisodes(SUMS, {"near": -SUMS, "bonus": np.zeros(4)}, LENGTHS, returns, won)

    assert re.search(words, correlations_text(last))


def test_what_was_paid_is_summed_by_the_episode() -> None:
    paid = Paid(np.array([1.0, 2.0, 4.0, 8.0]), {"near": np.array([1.0, 1.0, 1.0, 1.0])})

    found = paid_episodes(paid, np.array([1, 0, 1, 1]), np.array([0.0, 1.0, 2.0]), None)

    assert found.sums.tolist() == [2, 13, 0]
    assert found.components["near"].tolist() == [1, 3, 0]
    assert found.lengths.tolist() == [1, 3, 0]


def test_feedback_tells_scores_terms_taste_faults_and_remarks() -> None:
    draft = Draft(
        1,
        2,
        "x = 1",
        checks=[CheckResult("magnitude", True, "the reward reaches 2e+04")],
        preference=Preference(40, 0.75, 0.5, "success"),
        rungs=[Rung(100, [0.5], [50.0], [0.5])],
    )

    told = training_feedback(draft, seen((0.5, 0.5), near=1.0, bonus=0.0))

    for words in ("Draft 1.2: success 50%", "paid the successful one more in 75%", "- Misleading", "- Flat", "2e+04"):
        assert words in told
    assert told.count("```") == 4


def test_feedback_of_code_that_failed_shows_where() -> None:
    told = failure_feedback(Draft(0, 1, ""), "IndexError: too far", "line 3: obs[:, 9]")

    assert "Draft 0.1 could not be trained to the end: IndexError: too far." in told
    assert "```\nline 3: obs[:, 9]\n```" in told


def test_drafts_are_listed_best_first_with_their_origin_and_end() -> None:
    first = Draft(0, 1, "", "let go", "too slow", rungs=[Rung(500, [-9.0, -7.0], [50.0, 40.0], [0.1, 0.3])])
    second = Draft(1, 1, "", "trained", rungs=[Rung(500, [-3.0], [50.0]), Rung(900, [-2.0], [50.0])])

    best, worse = ranking_text([first, second]).split("\n")

    assert best.startswith("1. draft 1.1: return -3, length 50 after 500 steps; return -2, length 50 after 900")
    assert (
        worse
        == "2. draft 0.1: success 20%, return -8, length 45 after 500 steps (median of 2 seeds) - let go: too slow"
    )


@given(st.lists(st.lists(st.text("ab", max_size=4), min_size=3, max_size=3), min_size=1, max_size=4))
def test_aligned_rows_are_equally_long_and_lose_nothing(rows: list[list[str]]) -> None:
    lines = aligned(rows).split("\n")

    assert len({len(line) for line in lines}) == 1
    assert [line.split() for line in lines] == [[cell for cell in row if cell] for row in rows]
