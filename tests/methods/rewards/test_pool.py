"""Trainings side by side, whatever becomes of them."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import read_json
from llmrl_runner.methods.rewards.job import OUTCOME, STEPS, Broken, TrainingError, TrainingJob, attempt
from llmrl_runner.methods.rewards.pool import run_all
from tests.methods.rewards.jobs import small_config, small_job

LAUNCHERS = [
    ("method.launcher=local", "method.workers=2"),
    ("method.launcher=submitit", "method.submitit.cluster=debug"),
    pytest.param(("method.launcher=submitit", "method.submitit.cluster=local"), marks=pytest.mark.slow),
]


def run(
    jobs: list[TrainingJob], folder: Path, launcher: tuple[str, ...], look: Callable[[], None] = lambda: None
) -> None:
    run_all(jobs, small_config(*launcher).method, folder / ".cluster", look)


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_every_training_fills_its_folder_and_is_not_done_twice(launcher: tuple[str, ...], tmp_path: Path) -> None:
    jobs = [
        small_job(tmp_path / "one"),
        small_job(tmp_path / "two", "def compute_reward(a, b, c, d):\n    return 1 / 0"),
    ]

    run(jobs, tmp_path, launcher)
    times = [(job.folder / OUTCOME).stat().st_mtime_ns for job in jobs]
    run(jobs, tmp_path, launcher)

    assert [read_json(job.folder / OUTCOME)["problem"] is None for job in jobs] == [True, False]
    assert (tmp_path / "one" / STEPS).read_text() == "120"
    assert [(job.folder / OUTCOME).stat().st_mtime_ns for job in jobs] == times


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_training_that_breaks_by_itself_is_named_with_its_trace(launcher: tuple[str, ...], tmp_path: Path) -> None:
    job = small_job(tmp_path / "iteration_001" / "draft_2_rung_0")
    job.folder.mkdir(parents=True)
    (job.folder / "evaluations.npz").mkdir()  # what it wants to write stands in its way

    with pytest.raises(TrainingError) as raised:
        run([job], tmp_path, launcher)

    first, *rest = str(raised.value).splitlines()
    assert first.startswith("draft_2_rung_0 of iteration_001 broke: IsADirectoryError")
    assert "evaluations.save" in "\n".join(rest)
    assert not (job.folder / OUTCOME).exists()


def test_what_is_for_the_person_comes_through_as_it_is(tmp_path: Path) -> None:
    broken = attempt(replace(small_job(tmp_path / "draft_1_rung_0"), pool=(tmp_path / "gone",)))

    assert isinstance(broken, Broken)
    with pytest.raises(ConfigError, match=r"buffer\.npz: can't be read .*gone, and the same command trains it again"):
        broken.reraise()


def test_a_training_whose_process_is_killed_is_told_in_a_line(tmp_path: Path) -> None:
    def kill_one() -> None:
        for child in children_of(os.getpid()):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)

    with pytest.raises(TrainingError, match="process was killed; perhaps there was no memory"):
        run([small_job(tmp_path / "one")], tmp_path, LAUNCHERS[0], look=kill_one)  # type: ignore[arg-type]


def children_of(parent: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
