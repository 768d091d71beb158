import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from llmrl_runner.files.whole import write_json
from llmrl_runner.runs.progress import Progress
from llmrl_runner.runs.reward_wording import UNCONFINED
from llmrl_runner.runs.show import SweepRow, show_result, show_sweep

ITERATION = {
    "drafts": 4, "trained_drafts": 1, "let_go_drafts": 2, "failed_drafts": 0, "rejected_drafts": 1,
    "is_valid_answer": True, "best_draft": "0.3", "return_mean": -3.2, "success_rate": 0.85, "is_best": True,
}  # fmt: skip
FINAL = {
    "seeds": 3, "broken": [], "threshold": 0.95, "steps_to_threshold": [2000, None, 3000],
    "steps_to_threshold_median": 3000.0, "last_evaluation_mean": 0.9, "last_evaluation_ci95": [0.8, 1.0],
    "held_out_success_rates": [1.0, 0.7, 1.0], "held_out_return_means": [-2.0, -9.0, -2.0],
}  # fmt: skip
RESULT: dict[str, Any] = {
    "method": "reward_gen", "env": "fetch_reach", "seed": 0, "reward": "llm", "sandbox": "sandlock 0.9.0",
    "llm": {"backend": "replay", "model": "some-model", "calls": 8}, "best_iteration": 1, "iterations": 2,
    "drafts": {"asked": 8, "usable": 7, "repaired": 2, "trained": 2, "let_go": 4, "failed": 1, "rejected": 1,
               "best": "1.2", "env_steps": 12_000},
    "invalid_rate": 0.125, "repaired_rate": 0.25, "search": {"return_mean": -2.1, "success_rate": 0.95},
    "held_out": {"episodes": 300, "return_mean": -4.0, "success_rate": 0.9, "success_ci95": [0.86, 0.93]},
    "training": {"what": "SAC, 3,000 steps, 3 seeds", "env_steps": 3000}, "final": FINAL,
}  # fmt: skip
ARM = {
    **{key: value for key, value in RESULT.items() if key not in ("drafts", "sandbox", "invalid_rate")},
    "reward": "native", "best_iteration": None, "iterations": 0, "search": {"return_mean": None},
    "llm": {"backend": "none"},
}  # fmt: skip


def page(width: int = 80) -> Console:
    return Console(file=io.StringIO(), width=width)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def told(result: dict[str, Any], folder: Path) -> dict[str, str]:
    """The lines of a result by their labels."""
    write_json(folder / "result.json", result)
    console = page()
    show_result(folder, console)
    return dict(line.split("  ", 1) for line in said(console).splitlines())  # type: ignore[misc]


def line_of(metrics: dict[str, Any]) -> str:
    progress = Progress(3, "reward_gen/fetch_reach/replay/seed0", console=page())
    progress.iteration_finished(0, metrics)
    return said(progress.console)


def test_an_iterations_line_says_its_best_draft_and_what_became_of_the_others() -> None:
    line = line_of(ITERATION)

    assert "draft 0.3: success 85.0 %, return -3.200; 4 drafts: 1 trained to the end, 2 let go, 1 rejected" in line


def test_where_success_is_not_defined_the_line_says_the_return_alone() -> None:
    assert "draft 0.3: return -3.200; 4 drafts" in line_of({**ITERATION, "success_rate": None})


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        ({"is_valid_answer": False, "trained_drafts": 0, "let_go_drafts": 0, "rejected_drafts": 4}, "no usable draft"),
        ({"trained_drafts": 0, "failed_drafts": 1}, "no draft was trained to the end"),
    ],
)
def test_an_iteration_without_a_winner_says_so(metrics: dict[str, Any], words: str) -> None:
    line = line_of({**ITERATION, "best_draft": None, "return_mean": None, **metrics})

    assert f"{words}; 4 drafts: " in line
    assert "unknown" not in line.partition("steps")[0]


def test_a_result_tells_of_its_drafts_and_its_final_seeds(tmp_path: Path) -> None:
    lines = {label: text.strip() for label, text in told(RESULT, tmp_path).items()}

    assert lines["reward"] == "llm: written by a model"
    assert lines["confinement"] == "sandlock 0.9.0"
    ends = "2 trained to the end, 4 let go, 1 failed, 1 rejected"
    assert lines["drafts"] == f"8 asked for, 7 usable, 2 of them at the second try: {ends}"
    assert lines["steps of the search"] == "12,000 environment steps, 4.0 times one final training's 3,000"
    assert lines["last evaluation"] == "success 90.0 % [80.0, 100.0], mean over 3 final seeds"
    assert lines["steps to a success of 95 %"] == "3,000 (median), reached by 2 of 3 seeds"
    assert lines["held-out, each seed"] == "100 %, 70.0 %, 100 %"
    assert lines["search score"] == "draft 1.2: success 95.0 %, return -2.100"
    assert lines["invalid answers"] == "12.5 % of the drafts; usable at the second try in 25.0 %"


def test_a_reward_that_is_there_already_was_not_searched_for(tmp_path: Path) -> None:
    lines = told(ARM, tmp_path)

    assert lines["reward"].strip() == "native: the environment's own"
    assert lines["held-out return"].strip().startswith("-4.000")
    assert not {"search score", "drafts", "confinement", "best iteration", "tested iteration"} & set(lines)


def test_code_that_ran_unconfined_is_told_loudly(tmp_path: Path) -> None:
    write_json(tmp_path / "result.json", {**RESULT, "sandbox": "none"})
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system="standard")

    show_result(tmp_path, console)

    assert f"\x1b[1;31m{UNCONFINED}" in said(console)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"final": None, "drafts": {"usable": 0}}, "none: no answer held a usable reward"),
        ({"final": None, "drafts": {"usable": 2}}, "none: no draft was trained to the end"),
        ({"final": None, "iterations": 0}, "none: no iteration was completed"),
        ({"final": {**FINAL, "broken": ["it paid nan"]}}, "none: the reward broke in 1 of 3 final trainings"),
    ],
)
def test_a_run_without_a_score_says_why(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    lines = told({**RESULT, "best_iteration": None, **changes}, tmp_path)

    assert lines["held-out return"].strip() == words


def test_a_median_that_was_not_reached_is_never(tmp_path: Path) -> None:
    final = {**FINAL, "steps_to_threshold": [None, None, 3000], "steps_to_threshold_median": None}

    assert told({**RESULT, "final": final}, tmp_path)["steps to a success of 95 %"].strip().startswith("never (median)")


def test_a_threshold_of_returns_is_a_return(tmp_path: Path) -> None:
    final = {**FINAL, "threshold": -200.0, "held_out_success_rates": [None, None, None]}
    held_out = {"episodes": 300, "return_mean": -150.0, "success_rate": None}

    lines = told({**RESULT, "final": final, "held_out": held_out}, tmp_path)

    assert "steps to a return of -200" in lines
    assert lines["held-out, each seed"].strip() == "-2.000, -9.000, -2.000"


def test_a_sweep_tells_how_soon_its_rewards_taught_and_other_sweeps_dont() -> None:
    rewards, others = page(160), page(160)

    show_sweep([SweepRow("llm", "finished", RESULT), SweepRow("late", "failed")], rewards)
    show_sweep([SweepRow("seed=0", "finished", {"method": "tabular", "best_iteration": 0})], others)

    assert "steps to threshold" in said(rewards)
    assert "3,000 (2 of 3)" in said(rewards)
    assert "threshold" not in said(others)
