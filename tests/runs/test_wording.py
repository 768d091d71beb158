import pytest

from llmrl_runner.runs.wording import score_words, scored


@pytest.mark.parametrize(
    ("score", "words"),
    [(None, "unknown"), (412.34, "412.3"), (-1234.5, "-1,234.5"), (0.0131, "0.0131"), (-0.00001, "0.0000")],
)
def test_a_return_has_the_decimals_that_its_size_leaves_room_for(score: float | None, words: str) -> None:
    assert score_words(score) == words


def test_a_narrow_interval_gets_the_decimals_that_show_it_and_nothing_is_minus_nothing() -> None:
    assert scored(0.97314, (0.97301, 0.97327)) == "0.9731 [0.9730, 0.9733]"
    assert scored(-0.00001, (-0.00002, 0.1)) == "0.0000 [0.0000, 0.1000]"
