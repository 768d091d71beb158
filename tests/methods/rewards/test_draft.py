"""What is known of a draft, on disk and in order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.methods.rewards.draft import CheckResult, Draft, Preference, Rung, load_drafts, ranked, save_drafts

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
CHECKS = st.builds(CheckResult, st.text(), st.booleans(), st.text(), st.dictionaries(st.text(), NUMBERS), st.text())
PREFERENCES = st.builds(Preference, st.integers(0, 99), NUMBERS | st.none(), NUMBERS | st.none(), st.just("return"))
FEW = st.lists(NUMBERS, min_size=1, max_size=3)
RUNGS = st.builds(Rung, st.integers(1, 9000), FEW, FEW, st.lists(NUMBERS, max_size=3))
DRAFTS = st.builds(
    Draft,
    iteration=st.integers(0, 9),
    number=st.integers(1, 9),
    source=st.text(),
    status=st.sampled_from(["drafted", "rejected", "let go", "failed", "trained"]),
    constants=st.dictionaries(st.text(), NUMBERS),
    checks=st.lists(CHECKS, max_size=2),
    preference=PREFERENCES | st.none(),
    rungs=st.lists(RUNGS, max_size=2),
)


@given(DRAFTS)
def test_a_draft_comes_back_from_json_as_it_was(draft: Draft) -> None:
    assert Draft.from_json(draft.to_json()) == draft


def test_drafts_come_back_from_disk(tmp_path: Path) -> None:
    drafts = [Draft(2, 1, "x = 1\n"), Draft(2, 2, "y", rungs=[Rung(100, [1.0], [5.0], [0.5])])]

    save_drafts(tmp_path / "drafts.json", drafts)

    assert load_drafts(tmp_path / "drafts.json") == drafts
    assert drafts[0].name == "2.1"


@pytest.mark.parametrize("text", ["{", "[1]", '[{"status": "won"}]', "[{}]", "3"])
def test_a_damaged_file_of_drafts_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "drafts.json").write_text(text)

    with pytest.raises(ConfigError, match=r"drafts\.json: can't be read"):
        load_drafts(tmp_path / "drafts.json")


def test_drafts_are_ranked_by_rung_then_success_then_return() -> None:
    def trained(number: int, *rungs: Rung) -> Draft:
        return Draft(0, number, "", rungs=list(rungs))

    first = Rung(100, [9.0], [5.0], [1.0])
    drafts = [
        trained(1),
        trained(2, first),
        trained(3, first, Rung(200, [1.0, 3.0, 2.0], [5.0], [0.2, 0.8, 0.5])),
        trained(4, first, Rung(200, [7.0], [5.0], [0.5])),
    ]

    assert [draft.number for draft in ranked(drafts)] == [4, 3, 2, 1]


def test_a_warning_rejects_nothing() -> None:
    draft = Draft(0, 1, "", checks=[CheckResult("magnitude", True, "large"), CheckResult("loads", True)])

    assert draft.passed
    assert draft.warnings == ["large"]
    assert not Draft(0, 1, "", preference=Preference(40, 0.1, None, "success", passed=False)).passed


def test_a_draft_that_was_trained_to_the_end_is_ahead_of_all_that_were_not_however_many_budgets_that_took() -> None:
    low, high = Rung(100, [0.0], [5.0], [0.2]), Rung(300, [0.0], [5.0], [0.9])
    halved = Draft(0, 1, "", "trained", rungs=[low, low])
    let_go = Draft(0, 2, "", "let go", rungs=[high])
    full = Draft(1, 1, "", "trained", rungs=[high])

    assert [draft.name for draft in ranked([let_go, halved, full])] == ["1.1", "0.1", "0.2"]
