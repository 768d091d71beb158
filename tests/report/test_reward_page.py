"""The page of a search for rewards."""

import json
from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.report.drafts import ranked, winner_of
from llmrl_runner.report.page import write_page
from llmrl_runner.report.reading import read_run
from llmrl_runner.report.training_curves import draft_curves, final_curves
from tests.report.reward_runs import FakeRewardRun


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = FakeRewardRun().write(tmp_path_factory.mktemp("page") / "seed0-ab")
    write_page(folder)
    return folder


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return (folder / "report.html").read_text()


def made(place: Path, **settings: Any) -> str:
    return write_page(FakeRewardRun(**settings).write(place / "run")).read_text()


def changed(folder: Path, **figures: Any) -> None:
    path = folder / "result.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **figures}))


def test_all_drafts_stand_in_one_picture_and_the_final_seeds_in_another(folder: Path) -> None:
    drafts, finals = (curves(read_run(folder), []) for curves in (draft_curves, final_curves))

    assert drafts is not None
    assert finals is not None
    assert [(curve.label, curve.kind) for curve in drafts.curves] == [
        ("0.1", "trained"), ("0.2", "let go"), ("1.2", "failed"), ("1.1", "winner")
    ]  # fmt: skip
    assert [curve.label for curve in finals.curves] == [f"seed {k}" for k in range(5)]
    assert drafts.measure == finals.measure == "success"
    assert (folder / "drafts.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "learning_curve.png").read_bytes().startswith(b"\x89PNG")


def test_drafts_are_ranked_by_how_far_they_came_and_then_by_success(folder: Path) -> None:
    drafts = read_run(folder).drafts

    assert [draft.name for draft in ranked(drafts)][:2] == ["1.1", "0.1"]
    assert {draft.name for draft in ranked(drafts)[-2:]} == {"0.3", "1.3"}
    winner = winner_of(drafts)
    assert winner is not None
    assert winner.name == "1.1"


def test_the_ranking_is_a_table_with_a_score_after_each_budget(html: str) -> None:
    assert "<th>after 1,500 steps</th><th>after 3,000 steps</th>" in html
    assert '<a href="#draft-1-1">1.1</a></td><td><span class="badge good">the winner</span>' in html
    assert "64.0 % of 33 pairs" in html
    assert "others did better after 1500 steps" in html


def test_each_draft_has_its_texts_and_the_winner_its_program_open(html: str) -> None:
    for name in ("0.1", "0.2", "0.3", "1.1", "1.2", "1.3"):
        assert f"<pre>prompt {name}</pre>" in html
        assert f"<pre>answer {name}</pre>" in html
    assert "The winner: draft 1.1" in html
    assert "the prompt of the best draft, a second time" not in html


def test_constants_that_an_optimiser_set_stand_with_the_winner_and_its_draft(html: str) -> None:
    assert html.count("<pre>SCALE = 0.25</pre>") == 2


def test_what_drafts_hold_is_shown_as_text(html: str) -> None:
    assert "<script>alert(1)" not in html
    assert "&lt;b&gt;line 3&lt;/b&gt;" in html


def test_episodes_of_drafts_and_of_all_final_networks_are_on_the_page(html: str) -> None:
    assert "One episode of the first final network" in html
    assert [f"<figcaption>Final seed {k}</figcaption>" in html for k in range(5)] == [False, True, True, True, True]
    assert "One episode of draft 1.1&#39;s network" in html


def test_the_headline_is_success_and_tiles_tell_of_the_search_and_the_final_seeds(html: str) -> None:
    text = " ".join(html.split())

    assert "<h2>Held-out success</h2>" in text
    assert '<h3>Unusable answers</h3><p class="value">1 of 6' in text
    assert '<h3>Confinement</h3><p class="value">sandlock 0.9.0' in text
    assert '<h3>Best draft</h3><p class="value">1.1' in text
    assert "<h3>Steps to a success of 95 %</h3>" in text
    assert "3.2 times one final training&#39;s 3,000" in text
    assert "is missing" not in text
    assert "is left out" not in text


def test_without_a_definition_of_success_all_is_told_in_returns(tmp_path: Path) -> None:
    html = made(tmp_path, has_success=False)

    assert "<h2>Held-out return</h2>" in html
    assert "Return of each draft by environment steps" in html
    assert "successful episodes" not in html


def test_an_arm_has_the_final_seeds_alone(tmp_path: Path) -> None:
    html = made(tmp_path, reward="native", llm="none")

    assert "The final networks" in html
    assert "the environment&#39;s own" in html
    for unsaid in ("Drafts", "The winner", "Search score", "Confinement", "Iterations", "no learning curve"):
        assert unsaid not in html


def test_code_that_ran_unconfined_is_said_at_the_top(tmp_path: Path) -> None:
    html = made(tmp_path, sandbox="none")

    assert '<p class="notice bad">Code that a model wrote ran unconfined' in html
    assert '<div class="card tile bad"><h3>Confinement</h3>' in html


def test_an_unfinished_search_shows_the_drafts_so_far(tmp_path: Path) -> None:
    folder = FakeRewardRun().write(tmp_path / "run")
    (folder / "result.json").unlink()

    html = write_page(folder).read_text()

    assert "Drafts so far" in html
    assert "not yet tested on held-out episodes" in html


def test_a_final_training_that_broke_is_named(tmp_path: Path) -> None:
    folder = FakeRewardRun().write(tmp_path / "run")
    final = json.loads((folder / "result.json").read_text())["final"]
    held_out = {"episodes": 300, "return_mean": None, "success_rate": None}
    changed(folder, final={**final, "broken": ["it paid nan"]}, held_out=held_out)

    html = write_page(folder).read_text()

    assert "the reward broke in 1 of 5 final trainings" in html
    assert "it paid nan" in html


@pytest.mark.parametrize("content", ["[{", '{"drafts": 3}', '[1, {"rungs": 7, "status": 3, "number": "x"}]'])
def test_a_damaged_list_of_drafts_is_no_ones_end(tmp_path: Path, content: str) -> None:
    folder = FakeRewardRun().write(tmp_path / "run")
    (folder / "iteration_000" / "drafts.json").write_text(content)

    html = write_page(folder).read_text()

    assert "The winner: draft 1.1" in html


def test_without_a_threshold_no_steps_to_it_are_told(tmp_path: Path) -> None:
    folder = FakeRewardRun(has_success=False).write(tmp_path / "run")
    final = json.loads((folder / "result.json").read_text())["final"]
    changed(folder, final={**final, "threshold": None, "steps_to_threshold": [], "steps_to_threshold_median": None})

    assert "Steps to a" not in write_page(folder).read_text()
