import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.show import main
from tests.report.reward_runs import FakeRewardRun

ROOT = Path(__file__).resolve().parents[2]


def show(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def part(said: str, iteration: str) -> str:
    """What is said of one iteration."""
    return said.split(f"\n{iteration}")[1].split("\niteration_")[0]


def test_a_run_is_told_from_what_it_is_to_what_came_of_it(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = show(capsys, str(run))

    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == "run tabular on cartpole, seed 3"
    assert "model a-large-model-2026 (replay)" in lines
    assert "state finished" in lines
    assert "command python run.py seed=3" in lines
    assert [line for line in lines if line.startswith("iteration_")] == [
        "iteration_000 of 4 best so far",
        "iteration_001 of 4 the best",
        "iteration_002 of 4",
        "iteration_003 of 4",
    ]
    assert "held-out return 497.2 [496.0, 498.4] over 1,000 episodes" in lines


def test_an_iteration_says_its_score_its_verdict_what_it_took_and_what_changed(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = part(show(capsys, str(run)), "iteration_001")

    assert "return 498.7 [496.1, 500.0]" in second
    assert "better than iteration 0 on the same seeds (+311.3), kept" in second
    assert "1 call, cost unknown; 10,468 steps; unknown" in second
    assert "candidate.json: 6 lines added, 6 removed" in second
    assert "Push towards the lean." in second


def test_an_answer_that_could_not_be_used_is_said_with_its_problem(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    third = part(show(capsys, str(run)), "iteration_002")

    assert "no usable answer" in third
    assert "row 7: angle 9 is out of range 0-5" in third


def test_one_iteration_is_shown_alone_and_in_full_when_asked_for(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / "iteration_001" / "prompt.md").write_text("\n".join(f"line {k}" for k in range(50)))

    short = show(capsys, str(run), "--iteration", "1")
    full = show(capsys, str(run), "--iteration", "1", "--full")

    assert "(44 lines before this)" in short
    assert "line 3\n" not in short
    assert all(f"line {k}\n" in full for k in range(50))
    assert "iteration_000" not in full
    assert main([str(run), "--iteration", "9"]) == 2
    assert "there are: 0, 1, 2, 3" in capsys.readouterr().err


def test_a_run_under_way_says_how_far_it_is(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / "result.json").unlink()
    (run / "status.json").write_text(json.dumps({"state": "running", "reason": None, "pid": 1}))
    progress = {"iteration": 4, "iterations": 6, "doing": "3 of 5 episodes", "best": 498.7, "calls": 4}
    (run / "progress.json").write_text(json.dumps({**progress, "seconds_left": 90, "cost_usd": None}))

    said = show(capsys, str(run))

    assert "state      running" in said
    assert (
        "iteration 4 of 6, 3 of 5 episodes; best 498.7; steps unknown; calls 4; cost unknown; 1 min 30 s left" in said
    )
    assert "no result yet" in said


def test_a_broken_run_is_shown_as_far_as_it_goes_and_what_is_missing_is_named(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("config.yaml", "result.json"):
        (run / name).unlink()
    (run / "iteration_001" / "metrics.json").write_text('{"return_mean": ')
    shutil.rmtree(run / "iteration_003")

    said = show(capsys, str(run))

    assert "iteration_002" in said
    assert "left out: config.yaml is missing" in said
    assert "left out: iteration_001/metrics.json is no whole JSON object" in said


def test_what_an_iteration_spent_is_unknown_where_the_one_before_it_is_lost(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(run / "iteration_001")

    said = show(capsys, str(run))

    assert "1 call, cost unknown; 10,468 steps" in part(said, "iteration_000")
    assert "unknown calls, cost unknown; unknown steps" in part(said, "iteration_002")


def test_drafts_of_rewards_are_told_with_what_became_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = FakeRewardRun().write(tmp_path / "seed0-aaaa1111")

    said = show(capsys, str(run))

    first = [" ".join(line.split()) for line in part(said, "iteration_000").splitlines()]
    assert "draft 0.3 rejected: <b>line 3</b>: name 'nq' is not defined" in first
    assert any(line.startswith("draft 0.1 trained, success") for line in first)


def test_several_runs_are_a_list_by_what_differs(outputs: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = run.with_name("seed4-ffff0000")
    shutil.copytree(run, other)
    (other / "config.yaml").write_text((run / "config.yaml").read_text().replace("seed: 3", "seed: 4"))
    (other / "result.json").unlink()
    (other / "status.json").write_text(json.dumps({"state": "failed", "reason": "no more paper"}))

    said = show(capsys, str(outputs))

    rows = [line.split() for line in said.splitlines()]
    assert rows[1][:2] == ["seed=3", "finished"]
    assert rows[2][:2] == ["seed=4", "failed"]
    assert said.splitlines()[-1] == "seed=4: no more paper"


@pytest.mark.parametrize("words", ["seed3", "0a1b", "{run}/iteration_001/prompt.md", ""])
def test_a_run_is_found_by_its_name_its_id_a_path_inside_it_or_as_the_newest(
    outputs: Path, run: Path, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = show(capsys, *filter(None, [words.format(run=run)]), "--outputs", str(outputs))

    assert "seed3-0a1b2c3d" in said


def test_in_a_pipe_there_are_no_colours_and_nobody_minds_who_stops_reading(run: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    command = f"{sys.executable} {ROOT / 'scripts' / 'show.py'} {run} --full | head -2; echo ${{PIPESTATUS[0]}}"

    ended = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )

    assert "\x1b" not in ended.stdout
    assert ended.stdout.splitlines()[-1] == "0"
    assert ended.stderr == ""


def test_a_narrow_terminal_folds_lines_and_loses_no_word(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from llmrl_runner.looking.run_story import tell_run

    console = Console(width=60, force_terminal=True, record=True, file=open(os.devnull, "w"), color_system=None)  # noqa: PTH123, SIM115
    tell_run(run, console, iteration=1)

    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 60
    assert "better than iteration 0 on the same seeds" in " ".join(text.split())
