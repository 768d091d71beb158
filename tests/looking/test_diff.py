import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.runs.held_out import PlayedEpisode, write_held_out
from scripts.diff import main
from tests.report.conftest import RESULT


@pytest.fixture
def other(run: Path) -> Path:
    """The same run but for its temperature, its best candidate and its result."""
    folder = run.with_name("seed3-ffff0000")
    shutil.copytree(run, folder)
    config = (run / "config.yaml").read_text()
    (folder / "config.yaml").write_text(f"{config}  temperature: 0.1\npaths:\n  outputs: /elsewhere\n")
    candidate = folder / "iteration_001" / "candidate.json"
    candidate.write_text(candidate.read_text().replace('"* * 5 5 | 1"', '"* * 5 5 | 0"'))
    write_result(folder, return_mean=400.0)
    return folder


def write_result(folder: Path, **held_out: Any) -> None:
    told = {**RESULT["held_out"], "return_std": 20.0, **held_out}
    (folder / "result.json").write_text(json.dumps({**RESULT, "held_out": told, "versions": {"python": "3.12.1"}}))


def diff(capsys: pytest.CaptureFixture[str], *runs: Path) -> str:
    assert main([str(each) for each in runs]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_what_differs_stands_beside_each_other_and_what_shapes_no_result_is_left_out(
    run: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = diff(capsys, run, other)

    assert "llm.temperature - 0.1" in said
    assert "paths.outputs" not in said
    assert "held-out return 497.2 [496.0, 498.4] over 1,000 episodes 400.0" in said
    assert "python 3.11.2 3.12.1" in said
    assert "seed 3" in said


def test_the_best_candidates_are_compared_line_by_line_and_the_prompts_too(
    run: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = diff(capsys, run, other)

    assert "candidate.json: 1 lines added, 1 removed" in said
    assert '+ "* * 5 5 | 0"' in said
    assert "prompt.md: 0 lines added, 0 removed nothing changed" in said


def test_held_out_returns_are_compared_unpaired_where_episodes_were_not_kept(
    run: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_result(run, return_mean=497.2)

    said = diff(capsys, run, other)

    assert (
        "the second minus the first: -97.20 [-98.95, -95.45] (Welch's, unpaired, of 1,000 and 1,000 episodes)" in said
    )
    assert "a clear difference" in said


def test_they_are_paired_where_both_were_tested_on_the_same_seeds(
    run: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_held_out(run, [PlayedEpisode(k, 10.0 * k, 5, None) for k in range(5)])
    write_held_out(other, [PlayedEpisode(k, 10.0 * k + 1 + 0.1 * k, 5, None) for k in range(5)])

    said = diff(capsys, run, other)

    assert "1.200 [1.004, 1.396] (paired over the same 5 episodes): a clear difference" in said


def test_a_run_without_a_result_is_compared_as_far_as_it_goes(
    run: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (other / "result.json").unlink()
    shutil.rmtree(other / "iteration_003")

    said = diff(capsys, run, other)

    assert "held-out returns can't be compared: one of the runs has none" in said
    assert "iteration_003 342.0; 41,872 steps, 4 calls, cost unknown so far -" in said


def test_a_run_that_is_not_there_is_named(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(run), "nobody", "--outputs", str(run.parents[3])]) == 2
    assert "nobody: no such path" in capsys.readouterr().err
