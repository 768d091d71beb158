"""What the arms of a comparison are called."""

from collections.abc import Sequence

import pytest

from llmrl_runner.report.arms import arm_settings, short_titles
from llmrl_runner.report.learning_curves import PANEL_WIDTH, _legend_columns

PLAIN = {
    "name": "augmented", "text": "instruction", "encoder": "minilm", "advice": "hint", "advice_source": "llm",
    "reward": "none", "warm_start": "none", "width": 64,
}  # fmt: skip


def titles(*changes: dict[str, object]) -> Sequence[str]:
    arms = {arm_settings({"method": {**PLAIN, **change}}): "replay" for change in changes}
    return list(short_titles(arms).values())


def test_arms_that_tell_a_network_more_are_named_by_what_they_tell() -> None:
    assert titles(
        {},
        {"advice_source": "random"},
        {"text": "none", "advice": "none"},
        {"text": "state", "encoder": "hash", "advice": "none", "reward": "potential"},
        {"advice": "none", "warm_start": "advice"},
        {"text": "none", "advice": "kl", "advice_source": "oracle"},
    ) == [
        "instruction, hint",
        "instruction, hint (random)",
        "nothing told",
        "state (hash), potential",
        "instruction, warm start",
        "kl (oracle)",
    ]


def test_what_else_differs_is_added() -> None:
    assert titles({}, {"width": 128}) == ["instruction, hint width=64", "instruction, hint width=128"]


@pytest.mark.parametrize(
    ("labels", "columns"), [(["short"] * 9, 4), (["short"], 1), (["x" * 40] * 9, 2), (["x" * 400] * 2, 1)]
)
def test_a_legend_has_as_many_columns_as_its_longest_label_leaves_room_for(labels: list[str], columns: int) -> None:
    assert PANEL_WIDTH > 3
    assert _legend_columns(labels, 2) == columns
