import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from llmrl_runner.runs.discarding import failed_runs
from scripts.clean_failed import main

DEAD = 2**22 + 1  # no process has such a number
INTERRUPTED = "interrupted; the same command goes on from here"


def make_run(outputs: Path, name: str, state: str, reason: str | None = None, pid: int = DEAD) -> Path:
    folder = outputs / "tabular" / "cartpole" / "replay" / name
    folder.mkdir(parents=True)
    status = {"state": state, "reason": reason, "pid": pid, "host": platform.node()}
    (folder / "status.json").write_text(json.dumps(status))
    (folder / "prompt.md").write_text("x" * 1000)
    return folder


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    folder = tmp_path / "outputs"
    make_run(folder, "seed0-failed", "failed", "RuntimeError: no luck")
    make_run(folder, "seed1-interrupted", "failed", INTERRUPTED)
    make_run(folder, "seed2-running", "running", pid=os.getpid())
    make_run(folder, "seed3-killed", "running")
    (make_run(folder, "seed4-finished", "failed", "no page") / "result.json").write_text("{}")
    return folder


def names(outputs: Path) -> set[str]:
    return {path.name for path in (outputs / "tabular/cartpole/replay").iterdir()}


def test_failed_runs_are_listed_and_moved_into_the_trash_with_all_that_is_in_them(
    outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([str(outputs), "--yes"])

    assert code == 0
    assert "1.1 kB  RuntimeError: no luck" in capsys.readouterr().out
    assert names(outputs) == {"seed1-interrupted", "seed2-running", "seed3-killed", "seed4-finished"}
    [kept] = outputs.glob(".trash/*/tabular/cartpole/replay/seed0-failed/prompt.md")
    assert kept.read_text() == "x" * 1000


def test_interrupted_and_killed_runs_go_only_when_asked_for(outputs: Path) -> None:
    main([str(outputs), "--yes", "--interrupted"])

    assert names(outputs) == {"seed2-running", "seed4-finished"}


def test_nothing_is_touched_where_nobody_agrees(outputs: Path) -> None:
    command = [sys.executable, "-m", "scripts.clean_failed", str(outputs)]
    said = [subprocess.run(command, input=words, capture_output=True, text=True, check=True) for words in ("n\n", "")]

    assert all("nothing was changed" in each.stdout for each in said)
    assert "seed0-failed" in names(outputs)


def test_a_run_that_a_process_holds_is_kept_whatever_its_state_says(outputs: Path) -> None:
    with FileLock(outputs / "tabular/cartpole/replay/seed0-failed/.lock"):
        assert failed_runs(outputs, with_interrupted=False) == []


def test_a_link_to_a_run_elsewhere_is_never_followed(outputs: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", "seed9-failed", "failed", "no luck")
    (outputs / "tabular" / "linked").symlink_to(other, target_is_directory=True)

    main([str(outputs), "--yes"])

    assert other.is_dir()


def test_deleting_is_said_and_done_only_when_asked_for(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(outputs), "--yes", "--delete"])

    assert "seed0-failed: deleted" in capsys.readouterr().out
    assert not (outputs / ".trash").exists()
    assert "seed0-failed" not in names(outputs)
