import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrl_runner.report.several.markdown import markdown_of
from llmrl_runner.report.several.page import page_html
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.study import Study, read_study
from llmrl_runner.report.several.tables import ARM_COLUMNS, RUN_COLUMNS, arm_rows, csv_text, pair_rows, run_rows
from tests.report.learning_runs import FakeRun, Learner
from tests.report.several.folders import Folder, write_arms

WRONG = [
    b"", b"{", b"[]", b"null", b"\xff\xfe\x00{", b'{"held_out": 3, "llm": [], "seed": "x", "optimum": {"value": NaN}}',
    b'{"return_mean": Infinity, "env_steps": "many", "calls": [1], "is_best": 1, "wall_seconds": -1e999}',
    b'{"held_out": {"return_mean": 1e308, "return_ci95": [null, "a"]}, "iterations": {}, "best_iteration": "last"}',
    b"seed: 2020-13-45\nenv: {name: [1], id: 3}\nmethod: tabular\n", b"!!timestamp x", b"? {a: b}\n: c",
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two arms in two environments, and a training."""
    place = tmp_path_factory.mktemp("whole") / "outputs"
    for env in ("lake", "taxi"):
        write_arms(place, env, {"gemini": [0.7], "random": [0.0]}, success=0.5)
    fake = FakeRun(learner=Learner(1.0, after=1.0), total=20_000, every=10_000, parts=1, episodes=3, has_grid=False)
    fake.write(place / "llmae_ppo" / "doorkey" / "seed0")
    return place


def everything(study: Study, to: Path) -> str:
    """All that a report writes but its pictures, which hold the same lines."""
    report = report_of(study, "t", {})
    html = page_html(report, to, 5)
    csv_text(RUN_COLUMNS, run_rows(report)), csv_text(ARM_COLUMNS, arm_rows(report)), list(pair_rows(report))
    markdown_of(report, [])
    return html


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_damage_stops_a_report_and_every_run_is_shown_or_named(whole: Path, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "outputs"
        shutil.copytree(whole, place)
        files = sorted(path for path in place.rglob("*") if path.is_file())
        for path in data.draw(st.lists(st.sampled_from(files), min_size=1, max_size=8, unique=True)):
            kept = path.read_bytes()
            how = data.draw(st.sampled_from(["gone", "cut", "wrong", "noise"]))
            if how == "gone":
                path.unlink()
            elif how == "cut":
                path.write_bytes(kept[: data.draw(st.integers(0, len(kept)))])
            else:
                path.write_bytes(data.draw(st.sampled_from(WRONG) if how == "wrong" else st.binary(max_size=60)))
        runs = {path.parent for name in ("status.json", "result.json") for path in place.rglob(name)}

        study = read_study([place])
        html = everything(study, place / "report")

        shown = {run.folder for run in study.runs} | {line.folder for line in study.left_out}
        assert runs <= shown
        assert html.count('class="run') >= len(study.runs)
        compared = {run.folder for cell in study.cells for run in cell.scored}
        assert {run.folder for run in study.runs} - compared <= {line.folder for line in study.left_out}


def pipe(folder: Path) -> None:
    for name in ("result.json", "iteration_000/prompt.md", "iteration_000/episode.gif"):
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)


def loop(folder: Path) -> None:
    for name in ("result.json", "iteration_000", "config.yaml"):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        path.symlink_to(path)


def folders_for_files(folder: Path) -> None:
    for name in ("result.json", "config.yaml", "iteration_000/metrics.json", "iteration_000/response.md"):
        (folder / name).unlink()
        (folder / name).mkdir()


def huge(folder: Path) -> None:
    with (folder / "result.json").open("wb") as file:
        file.truncate(5_000_000_000)  # it takes no room on the disk


@pytest.mark.parametrize("damage", [pipe, loop, folders_for_files, huge])
def test_what_should_be_a_file_and_is_not_is_named(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = Folder().write(tmp_path)
    damage(folder)

    study = read_study([tmp_path])
    everything(study, tmp_path / "report")

    assert folder in {line.folder for line in study.left_out}


def test_a_run_that_vanishes_once_it_was_found_is_named(tmp_path: Path) -> None:
    kept, gone = Folder(seed=0).write(tmp_path), Folder(seed=1).write(tmp_path)
    study = read_study([tmp_path])
    shutil.rmtree(gone)

    html = everything(study, tmp_path / "report")

    assert kept.exists()
    assert html.count('class="run') == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    folder = Folder().write(tmp_path)
    folder.chmod(0)
    try:
        study = read_study([tmp_path])
    finally:
        folder.chmod(0o700)

    assert folder in {line.folder for line in study.left_out}
