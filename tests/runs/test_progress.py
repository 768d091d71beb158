import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from llmrl_runner.runs.lookup import optimum_value
from llmrl_runner.runs.progress import Progress
from llmrl_runner.runs.show import SweepRow, show_result, show_sweep

NAME = "tabular/cartpole/replay/seed0"
REPOSITORY = Path(__file__).parents[2]
METRICS = {"return_mean": 412.3, "return_ci95": [398.0, 426.1], "is_best": True}
RESULT = {
    "method": "tabular",
    "env": "cartpole",
    "llm": {"backend": "replay", "model": "some-model", "calls": 3, "cost_usd": 0.0123, "replay_drift": 1},
    "seed": 0,
    "held_out": {"episodes": 1000, "return_mean": 499.98, "return_ci95": [499.95, 500.0], "success_rate": 0.9999},
    "optimum": {"value": 500.0, "how": "the step limit"},
}


def page() -> Console:
    return Console(file=io.StringIO(), width=80)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_without_a_terminal_each_iteration_is_one_plain_line() -> None:
    progress = Progress(5, NAME, console=page())

    progress.start()
    progress.iteration_started(1)
    progress.update(env_steps=12_300, calls=2, cost_usd=0.0)
    progress.iteration_finished(1, METRICS)
    progress.finish()

    line = "iteration 2/5  return 412.3 [398.0, 426.1]  best 412.3  steps 12,300  calls 2  $0.00"
    assert said(progress.console) == f"{NAME}  {line}\n"


def test_a_worse_iteration_leaves_the_best_as_it_was() -> None:
    progress = Progress(5, NAME, console=page())

    progress.start(done=1, best=300.0)
    progress.iteration_finished(1, {"return_mean": 20.0, "is_best": False})

    assert "return 20.00  best 300.0" in said(progress.console)


@pytest.mark.parametrize("figure", ["played_episodes", "trained_steps"])
def test_what_is_not_chosen_by_its_score_is_not_called_the_best(figure: str) -> None:
    progress = Progress(5, NAME, console=page())

    progress.iteration_finished(0, {**METRICS, figure: 3})

    assert "return 412.3 [398.0, 426.1]  steps" in said(progress.console)


@pytest.mark.parametrize(("cost", "words"), [(None, "cost unknown"), (0.0123, "$0.0123"), (0.0, "$0.00")])
def test_a_cost_that_is_unknown_is_never_shown_as_nothing(cost: float | None, words: str) -> None:
    progress = Progress(5, NAME, console=page())

    progress.update(calls=1, cost_usd=cost)
    progress.iteration_finished(0, {})

    assert said(progress.console).endswith(f"  calls 1  {words}\n")
    assert "return unknown" in said(progress.console)


def test_square_brackets_in_a_note_are_no_markup() -> None:
    progress = Progress(5, NAME, console=page())

    progress.note("[bold]asked again[/bold]")

    assert "[bold]asked again[/bold]" in said(progress.console)


def test_in_a_terminal_a_live_line_shows_figures_and_time_left() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=200, _environ={"TERM": "xterm"})
    progress = Progress(2, NAME, console=console)

    progress.start()
    progress.iteration_started(0)
    progress.iteration_finished(0, METRICS)
    progress.finish()

    assert progress.is_live
    assert "iteration 1/2" in said(console)
    assert "left" in said(console)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_bar_and_the_time_left_fit_into_a_terminal_of_any_usual_width(width: int) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    progress = Progress(5, "tabular/frozen_lake_8x8_slippery/openai_compatible/seed0", console=console)

    progress.start(done=1, best=-1004.2)
    progress.update(env_steps=1_234_567, calls=15, cost_usd=0.1234)
    bar = progress._bar
    assert bar is not None
    lines = Console(file=io.StringIO(), width=width)
    lines.print(bar.get_renderable())
    progress.finish()

    first, second = said(lines).splitlines()
    assert first.startswith("tabular/frozen_lake_8x8_slippery")
    assert second.index("time left unknown") > 4  # behind the bar
    assert max(len(first), len(second)) <= width


def test_an_answer_without_a_policy_is_said_to_be_that_and_its_calls_are_counted() -> None:
    progress = Progress(5, NAME, console=page())

    progress.iteration_finished(
        0, {"return_mean": None, "is_valid_answer": False, "calls": 2, "cost_usd": None, "env_steps": 80}
    )

    assert said(progress.console) == f"{NAME}  iteration 1/5  no usable answer  steps 80  calls 2  cost unknown\n"


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        (
            {"lines_known": 30, "advice": {"asked": 90, "valid": 88}},
            "30 lines came up; advice: 88 of 90 answers of use",
        ),
        ({"lines_known": 1}, "1 line came up"),
    ],
)
def test_asking_about_lines_says_what_came_of_it(metrics: dict[str, Any], words: str) -> None:
    progress = Progress(5, NAME, console=page())

    progress.iteration_finished(0, {"stage": "asking", "return_mean": None, **metrics})

    assert f"  asking: {words}  steps 0" in said(progress.console)


def test_a_closed_stdout_does_not_end_the_run() -> None:
    stream = io.StringIO()
    progress = Progress(1, NAME, console=Console(file=stream))
    stream.close()

    progress.start()
    progress.iteration_finished(0, METRICS)
    progress.finish()


def test_a_reader_that_goes_away_does_not_end_the_run() -> None:
    program = f"""
import sys
from llmrl_runner.runs.progress import Progress
progress = Progress(9, {NAME!r})
for k in range(9):
    progress.iteration_finished(k, {{}})
    sys.stdin.readline() if k == 0 else None
print("the run's end", file=sys.stderr)
"""
    run = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY,
    )  # fmt: skip
    assert run.stdout
    assert run.stdin
    assert run.stderr

    run.stdout.readline()
    run.stdout.close()
    run.stdin.write("\n")
    run.stdin.close()

    assert run.stderr.read() == "the run's end\n"
    assert run.wait(timeout=30) == 0


def test_a_result_is_shown_with_its_interval_cost_and_drift(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps(RESULT))
    console = page()

    show_result(tmp_path, console)

    shown = said(console)
    assert "499.980 [499.950, 500.000] over 1,000 episodes" in shown
    assert "> 99.9 %" in shown
    assert "$0.0123" in shown
    assert "1 of 3 answers were given to another prompt" in shown


@pytest.mark.parametrize(("cut", "line"), [(2, "cut off          2 of 5 episodes, by max_steps=20"), (0, None)])
def test_a_result_says_how_many_episodes_were_cut_off(cut: int, line: str | None, tmp_path: Path) -> None:
    acted = {"answers": 100, "cut_short_episodes": cut, "max_steps": 20}
    held_out = {**RESULT["held_out"], "episodes": 5}
    (tmp_path / "result.json").write_text(json.dumps({**RESULT, "held_out": held_out, **acted}))
    console = page()

    show_result(tmp_path, console)

    assert [each.strip() for each in said(console).splitlines() if each.startswith("cut off")] == (
        [line] if line else []
    )


def test_a_finished_run_without_a_policy_says_why_it_has_no_score(tmp_path: Path) -> None:
    result = {**RESULT, "best_iteration": None, "iterations": 3, "held_out": {"episodes": 0, "return_mean": None}}
    (tmp_path / "result.json").write_text(json.dumps(result))
    console = page()

    show_result(tmp_path, console)

    assert "held-out return  none: no answer held a usable policy" in said(console)
    assert "best iteration   none of 3" in said(console)


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0 % of the iterations"), (0.2, "20.0 % of the iterations"), (None, None)]
)
def test_a_result_says_how_many_answers_were_invalid(tmp_path: Path, share: float | None, words: str | None) -> None:
    (tmp_path / "result.json").write_text(json.dumps({**RESULT, "invalid_rate": share}))
    console = page()

    show_result(tmp_path, console)

    lines = [line for line in said(console).splitlines() if line.startswith("invalid answers")]
    assert [line.removeprefix("invalid answers").strip() for line in lines] == ([words] if words else [])


@pytest.mark.parametrize("optimum", [500.0, {"value": 500.0, "how": "the step limit"}])
def test_an_optimum_is_found_however_the_result_holds_it(optimum: object) -> None:
    assert optimum_value({"optimum": optimum}) == 500.0


def test_a_run_without_a_result_is_said_to_have_none(tmp_path: Path) -> None:
    console = page()

    show_result(tmp_path, console)

    assert "no result yet" in said(console)


def test_a_sweep_ends_with_a_row_a_job_and_each_error_in_one_line() -> None:
    console = page()
    long_job = "tabular/frozen_lake_8x8_slippery/replay/" + "seed1-" * 20

    show_sweep([SweepRow(NAME, "finished", RESULT), SweepRow(long_job, "failed", error="no\n  recording")], console)

    lines = said(console).splitlines()
    assert any(NAME in line and "finished" in line and "$0.0123" in line for line in lines)
    assert any(long_job in line and "failed" in line for line in lines)
    assert lines[-1] == f"{long_job}: no recording"
