"""What a disk or a hand has damaged in a run's folder: one line with the cure, and the cure works."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra

from llmrl_runner.app import main
from tests.app.command import QUICK, CommandLine, result_of
from tests.app.warm_start import WarmStart


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, warm: WarmStart | None) -> Path:
    """The outputs of a finished run."""
    command = CommandLine(tmp_path_factory.mktemp("whole"), warm)
    assert command.run(*QUICK).code == 0
    return command.folder / "outputs"


@pytest.fixture
def run(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that run's folder, of its own for the test."""
    shutil.copytree(whole, tmp_path / "outputs")
    monkeypatch.chdir(tmp_path)
    return next((tmp_path / "outputs").glob("tabular/*/*/seed*"))


def command_again(monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    """The exit code of the same command."""
    monkeypatch.setattr(sys, "argv", ["run.py", *QUICK, *more])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        GlobalHydra.instance().clear()
    return 0


def unfinished(run: Path) -> None:
    (run / "result.json").unlink()


@pytest.mark.parametrize(
    ("name", "text", "line", "cure"),
    [
        ("result.json", "{", "result.json: can't be read", lambda run: (run / "result.json").unlink()),
        ("result.json", "[]", "result.json: is damaged (without any key)", lambda run: (run / "result.json").unlink()),
        (
            "iteration_001/metrics.json",
            "{}",
            "iteration_001/metrics.json: is damaged (without is_best, episodes, env_steps)",
            lambda run: shutil.rmtree(run / "iteration_001"),
        ),
        (
            "iteration_002/metrics.json",
            "\x00",
            "iteration_002/metrics.json: can't be read",
            lambda run: shutil.rmtree(run / "iteration_002"),
        ),
        (
            "iteration_000/candidate.json",
            '{"form": "table"}',
            "iteration_000/candidate.json: can't be read",
            lambda run: shutil.rmtree(run / "iteration_000"),
        ),
    ],
)
def test_a_damaged_file_is_named_in_one_line_whose_cure_brings_the_result_back(
    name: str,
    text: str,
    line: str,
    cure: Callable[[Path], None],
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = result_of(run)
    if name != "result.json":
        unfinished(run)
    (run / name).write_text(text)

    code = command_again(monkeypatch)

    told = capsys.readouterr().err.strip()
    assert code != 0
    assert line in told
    assert "; delete " in told
    assert "\n" not in told
    cure(run)
    assert command_again(monkeypatch) == 0
    assert result_of(run) == before


def test_an_iteration_that_got_lost_is_done_again_with_those_after_it(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, answers = result_of(run), (run / "transcript.jsonl").read_text()
    unfinished(run)
    shutil.rmtree(run / "iteration_001")

    code = command_again(monkeypatch)

    assert code == 0
    assert result_of(run) == before
    assert (run / "transcript.jsonl").read_text() == answers


@pytest.mark.parametrize("name", ["status.json", "metrics.jsonl", "config.yaml"])
def test_a_file_that_is_written_anew_may_be_damaged(name: str, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = result_of(run)
    unfinished(run)
    (run / name).write_text("{\n[]\n")

    code = command_again(monkeypatch)

    assert code == 0
    assert result_of(run) == before


def test_going_on_from_a_damaged_run_is_refused_in_one_line(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (run / "config.yaml").write_text("method: [\n")

    code = command_again(monkeypatch, f"continue_from={run}", "seed=5")

    assert code == 2
    assert capsys.readouterr().err.strip() == f"continue_from: '{run}': its config.yaml is missing or damaged"
