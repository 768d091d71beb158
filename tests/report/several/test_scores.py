from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.report.several.board import LIKELIEST, boards
from llmrl_runner.report.several.findings import findings
from llmrl_runner.report.several.improvement import improvements
from llmrl_runner.report.several.profiles import profile_groups
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.scores import cell_score, scale_words, scales, standings
from llmrl_runner.report.several.study import read_study
from tests.report.learning_runs import FakeRun
from tests.report.several.folders import Folder, write_arms


def test_zero_is_the_control_and_one_the_optimum(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [0.6, 0.8], "random": [0.1, 0.3]}, optimum=0.8)

    [scale] = scales(read_study([tmp_path]))

    assert (scale.zero, scale.one) == pytest.approx((0.2, 0.8))
    assert scale.normalised([0.5]) == pytest.approx([0.5])
    assert scale_words(scale) == "lake: 0 is 0.2000, the mean of the control (llm=random); 1 is 0.8000, the optimum."


def test_without_control_and_optimum_the_lowest_and_the_highest_run_are_the_ends(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [5.0, 9.0], "groq": [2.0, 3.0]}, optimum=None)

    [scale] = scales(read_study([tmp_path]))

    assert (scale.zero, scale.one) == (2.0, 9.0)
    assert "the lowest run, there being no control" in scale_words(scale)


def test_an_environment_with_one_arm_has_no_scale(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [5.0, 9.0]})

    assert scales(read_study([tmp_path])) == []


def test_arms_are_only_ranked_over_environments_that_they_share(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [0.5, 0.7], "random": [0.0, 0.0], "groq": [1.0, 1.0]})
    write_arms(tmp_path, "taxi", {"gemini": [0.2, 0.4], "random": [0.0, 0.0]})

    [standing] = standings(read_study([tmp_path]))

    assert [scale.env.name for scale in standing.scales] == ["lake", "taxi"]
    assert [row.arm.title for row in standing.rows] == ["llm=gemini", "llm=random"]
    best = standing.rows[0]
    assert best.runs == 4
    assert best.iqm.value == pytest.approx((0.4 + 0.5) / 2)  # of 0.2, 0.4, 0.5 and 0.7
    assert best.mean.value == pytest.approx(0.45)
    assert best.gap.value == pytest.approx(0.55)
    assert best.success is None


def test_success_stands_beside_where_every_run_defines_it(tmp_path: Path) -> None:
    for env, rates in (("lake", (0.5, 1.0)), ("taxi", (0.0, 0.5))):
        for llm in ("gemini", "random"):
            for seed, rate in enumerate(rates):
                Folder(env=env, llm=llm, seed=seed, held_out=rate + (llm == "gemini"), success=rate).write(tmp_path)

    [standing] = standings(read_study([tmp_path]))

    assert [row.success.value for row in standing.rows if row.success] == [0.5, 0.5]


def test_a_tie_counts_half_of_an_improvement(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [1.0, 2.0], "groq": [1.0, 0.0]})

    pairs = {(pair.first.title, pair.second.title): pair for pair in improvements(read_study([tmp_path]))}

    assert pairs["llm=gemini", "llm=groq"].probability.value == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    assert pairs["llm=groq", "llm=gemini"].probability.value == pytest.approx(0.5 / 4)


def test_a_profile_is_the_share_of_runs_above_each_level(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [1.0, 2.0, 3.0, 4.0], "groq": [1.0, 1.0]}, optimum=None)
    study = read_study([tmp_path])

    [group] = profile_groups(study, standings(study))

    [gemini, _] = group.profiles
    assert gemini.shares[0] == 1.0
    assert gemini.shares[np.searchsorted(gemini.levels, 2.5)] == 0.5
    assert gemini.shares[-1] == 0.0


def test_one_runs_interval_is_over_its_episodes(tmp_path: Path) -> None:
    Folder(held_out=0.5).write(tmp_path)

    [cell] = read_study([tmp_path]).cells

    assert cell_score(cell).is_of_one_run
    assert cell_score(cell).mean.interval == pytest.approx((0.45, 0.55))


def test_few_runs_are_never_said_to_decide(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [0.9, 0.8], "random": [0.0, 0.1]})

    sentences = " ".join(findings(report_of(read_study([tmp_path]), "t", {})))

    assert "which so few only hint at" in sentences
    assert "fewer than 5 runs" in sentences


def test_many_clear_runs_are_said_to_be_better_and_mixed_ones_not_to_be_told_apart(tmp_path: Path) -> None:
    clear, mixed = tmp_path / "clear", tmp_path / "mixed"
    write_arms(clear, "lake", {"gemini": [0.7, 0.8, 0.9, 0.8, 0.7], "random": [0.0, 0.1, 0.0, 0.1, 0.2]})
    write_arms(mixed, "lake", {"gemini": [0.1, 0.8, 0.3, 0.5, 0.2], "random": [0.0, 0.7, 0.2, 0.4, 0.3]})

    better, unclear = (" ".join(findings(report_of(read_study([place]), "t", {}))) for place in (clear, mixed))

    assert 'It does better than the control "llm=random": its runs return more' in better
    assert 'These runs don\'t tell it apart from the control "llm=random"' in unclear


def test_it_is_said_by_which_actions_networks_are_scored_where_they_were_tested_by_both(tmp_path: Path) -> None:
    FakeRun(parts=1, episodes=4).write(tmp_path / "told")
    write_arms(tmp_path, "lake", {"gemini": [1.0]})

    notes = {board.title: board.notes for board in boards(report_of(read_study([tmp_path]), "Modes", {}))}

    assert LIKELIEST in notes["doorkey_8x8"]
    assert LIKELIEST not in notes["lake"]


def test_arms_that_score_the_same_share_the_highest_place(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [1.0, 1.0], "groq": [1.0, 1.0], "random": [0.0, 0.5]})

    first, *_ = findings(report_of(read_study([tmp_path]), "Ties", {}))

    assert first == (
        'On lake "llm=gemini" and "llm=groq" share the highest mean held-out return of 3 arms, 1.000 [1.000, 1.000].'
    )


def test_arms_that_all_score_the_same_are_not_told_apart(tmp_path: Path) -> None:
    write_arms(tmp_path, "lake", {"gemini": [1.0, 1.0], "groq": [1.0, 1.0]})

    told = findings(report_of(read_study([tmp_path]), "Ties", {}))

    assert told[0].startswith('On lake "llm=gemini" and "llm=groq" share the highest mean held-out return')
    assert not any("probability" in sentence for sentence in told)
