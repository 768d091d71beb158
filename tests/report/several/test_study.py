import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from llmrl_runner.report.several.study import CONTROL, NO_MODEL, Study, read_study
from tests.report.several.folders import Folder


def left_out(study: Study) -> dict[str, str]:
    return {line.folder.name: line.why for line in study.left_out}


def test_runs_of_an_arm_differ_in_seed_alone(tmp_path: Path) -> None:
    for seed in (0, 1):
        Folder(seed=seed).write(tmp_path)
    Folder(seed=0, method={"iterations": 9}).write(tmp_path, "other")

    study = read_study([tmp_path])

    assert {cell.arm.title: len(cell.scored) for cell in study.cells} == {
        "llm=gemini iterations=2": 2,
        "llm=gemini iterations=9": 1,
    }


def test_controls_and_arms_without_a_model_are_marked_and_stand_last(tmp_path: Path) -> None:
    for llm in ("none", "random", "gemini"):
        Folder(llm=llm).write(tmp_path)

    kinds = [arm.kind for arm in read_study([tmp_path]).arms]

    assert kinds == ["", CONTROL, NO_MODEL]


def test_of_a_run_that_was_made_again_the_newest_counts(tmp_path: Path) -> None:
    Folder(held_out=0.1).write(tmp_path, "seed0-aaaaaaaa")
    Folder(held_out=0.9).write(tmp_path, "seed0-aaaaaaaa-2")

    study = read_study([tmp_path])

    assert study.cells[0].scores == [0.9]
    assert left_out(study) == {"seed0-aaaaaaaa": "made again in seed0-aaaaaaaa-2"}


def test_unfinished_failed_and_untested_runs_are_found_and_stand_in_no_mean(tmp_path: Path) -> None:
    Folder(seed=0, held_out=0.4).write(tmp_path)
    Folder(seed=1, state="running").write(tmp_path)
    Folder(seed=2, state="failed", status={"reason": "no key"}).write(tmp_path)
    Folder(seed=3, held_out=None).write(tmp_path)

    study = read_study([tmp_path])

    [cell] = study.cells
    assert (len(cell.runs), cell.scores) == (4, [0.4])
    assert left_out(study) == {
        "seed1-00000001": "running, 2 iterations done",
        "seed2-00000002": "failed, 2 iterations done (no key)",
        "seed3-00000003": "untested: no answer held a usable policy",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="processes are looked for by POSIX signals")
def test_a_run_whose_process_is_gone_is_not_said_to_be_running(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = socket.gethostname()
    Folder(seed=0, state="running", status={"pid": gone.pid, "host": host}).write(tmp_path)
    Folder(seed=1, state="running", status={"pid": gone.pid, "host": "elsewhere"}).write(tmp_path)

    assert [run.state for run in read_study([tmp_path]).runs] == ["stopped", "running"]


def test_a_score_of_the_search_is_never_a_score(tmp_path: Path) -> None:
    Folder(state="running", scores=(0.3, 0.9)).write(tmp_path)

    [run] = read_study([tmp_path]).runs

    assert (run.score, run.best_search_score) == (None, 0.9)


def test_a_run_of_unknown_configuration_is_named(tmp_path: Path) -> None:
    folder = Folder().write(tmp_path)
    (folder / "config.yaml").write_text("env: [")

    study = read_study([tmp_path])

    assert study.cells == []
    assert "seed0-00000000" in left_out(study)


def test_a_configuration_that_refers_to_itself_is_named(tmp_path: Path) -> None:
    folder = Folder().write(tmp_path)
    (folder / "config.yaml").write_text("env: &a\n  more: *a\n")

    study = read_study([tmp_path])

    assert "can't be made sense of" in left_out(study)["seed0-00000000"]


def test_the_reports_own_folder_is_no_run(tmp_path: Path) -> None:
    Folder().write(tmp_path)
    own = tmp_path / "report"
    own.mkdir()
    (own / "status.json").write_text(json.dumps({"state": "finished"}))

    assert len(read_study([tmp_path], but=[own]).runs) == 1
