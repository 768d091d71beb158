"""Sweeps through the public command: one table, failures that stop nothing, and resuming after a kill."""

import json
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from llmrl_runner.sweeps.table import SweepTable
from tests.app.command import QUICK, CommandLine, Ended, result_of, transcript_of, wait_until
from tests.app.rewarded import SHORT as SHORT_TRAINING
from tests.app.rewarded import TINY as TINY_REWARDS

SHORT = (*QUICK[1:], "method.iterations=1")
FOUR_JOBS = ("-m", *QUICK[1:], "method.iterations=2", "env=frozen_lake,cliff_walking", "seed=0,1")


def finished_jobs(command: CommandLine) -> list[str]:
    return [str(run) for run in command.runs() if (run / "result.json").exists()]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandLine, Ended]:
    """A sweep of four jobs side by side that is over, started from nothing, and what it said."""
    command = CommandLine(tmp_path_factory.mktemp("swept"))
    jobs = ("-m", *SHORT, "env=frozen_lake,cliff_walking", "seed=0,1")
    return command, command.run(*jobs, "hydra/launcher=joblib")


def test_a_sweep_runs_every_job_and_ends_in_one_table(swept: tuple[CommandLine, Ended]) -> None:
    command, ended = swept

    assert ended.code == 0, ended.err
    assert ended.err == ""
    assert len(finished_jobs(command)) == 4
    rows = [line for line in ended.out.splitlines() if line.startswith("env=")]
    assert [row.split()[:3] for row in rows] == [
        [f"env={env}", f"seed={seed}", "finished"] for env in ("frozen_lake", "cliff_walking") for seed in (0, 1)
    ]


def test_the_notes_of_a_sweep_say_which_jobs_it_had(swept: tuple[CommandLine, Ended]) -> None:
    command, _ = swept

    [folder] = (command.folder / "outputs" / "sweeps").iterdir()
    notes = [json.loads(path.read_text()) for path in sorted((folder / "jobs").iterdir())]
    assert [note["state"] for note in notes] == ["finished"] * 4
    assert all((command.folder / note["folder"] / "result.json").exists() for note in notes)


def test_one_job_of_bad_input_is_named_in_one_line_and_the_others_finish(command: CommandLine) -> None:
    ended = command.run("-m", *SHORT, "env=frozen_lake", "seed=0,-1,1")

    assert ended.code == 1
    assert len(finished_jobs(command)) == 2
    assert "seed=-1: seed: must be at least 0, got -1" in ended.out


@pytest.fixture
def breaking(command: CommandLine) -> tuple[str, ...]:
    """A third party's method whose code breaks where the seed is 1."""
    methods = command.folder / "mine" / "method"
    methods.mkdir(parents=True)
    (methods / "breaking.yaml").write_text("name: breaking\nrunner: breaking.Breaking\niterations: 1\n")
    (command.folder / "breaking.py").write_text(BREAKING)
    return ("--config-dir", "mine", "method=breaking")


def test_one_job_that_breaks_as_it_runs_is_named_with_its_trace_and_the_others_finish(
    command: CommandLine, breaking: tuple[str, ...]
) -> None:
    ended = command.run("-m", *breaking, *QUICK[:2], "seed=0,1,2")

    [broken] = [run for run in command.runs() if not (run / "result.json").exists()]
    assert ended.code == 1
    assert len(finished_jobs(command)) == 2
    assert [line.split()[:2] for line in ended.out.splitlines() if line.startswith("seed=") and ":" not in line] == [
        ["seed=0", "finished"],
        ["seed=1", "failed"],
        ["seed=2", "finished"],
    ]
    trace = broken.relative_to(command.folder) / "error.txt"
    assert f"seed=1: TimeoutError: lost its way (trace in {trace})" in ended.out
    assert 'breaking.py", line' in (broken / "error.txt").read_text()
    assert json.loads((broken / "status.json").read_text())["state"] == "failed"


@pytest.mark.parametrize(
    "victim", ["the command and its workers", pytest.param("the command alone", marks=pytest.mark.slow)]
)
def test_a_sweep_killed_half_way_finishes_only_what_was_left(victim: str, command: CommandLine) -> None:
    process = command.start(*FOUR_JOBS, "hydra/launcher=joblib")
    wait_until(lambda: len(finished_jobs(command)) >= 2, seconds=100)
    if victim == "the command alone":
        process.kill()
        process.communicate(timeout=20)  # ends once its workers have noticed and left
    else:
        command.kill(process)
    done = {run: (run / "result.json").stat().st_mtime_ns for run in command.runs() if (run / "result.json").exists()}

    ended = command.run(*FOUR_JOBS)  # the same sweep, whatever launches it

    assert ended.code == 0, ended.err
    assert len(finished_jobs(command)) == 4
    assert all((run / "result.json").stat().st_mtime_ns == when for run, when in done.items())
    assert ended.out.count("  skipped  ") == len(done)
    for run in command.runs():
        keys = [record["key"] for record in transcript_of(run)]
        assert len(keys) == len(set(keys)) == result_of(run)["llm"]["calls"]


@pytest.mark.slow
def test_a_job_beside_others_may_start_processes_of_its_own(command: CommandLine) -> None:
    jobs = ("-m", *TINY_REWARDS, *SHORT_TRAINING, "llm=none", "method.reward=native", "seed=0,1")

    ended = command.run(*jobs, "hydra/launcher=joblib")

    assert ended.code == 0, ended.out + ended.err
    assert len(finished_jobs(command)) == 2


def test_a_sweeps_estimate_prints_a_line_a_job_and_runs_none(command: CommandLine) -> None:
    ended = command.run(*FOUR_JOBS, "estimate=true")

    assert ended.code == 0
    assert ended.out.count("at most 4 calls") == 4
    assert "the sweep: at most 4 runs, 16 calls" in ended.out
    assert not command.runs()


BREAKING = '''
from llmrl_runner.methods.base import IterationResult, MethodRunner


class Breaking(MethodRunner):
    """Does nothing, and with seed 1 not even that."""

    def run_iteration(self, iteration):
        if self.config.seed == 1:
            raise TimeoutError("lost its way")
        return IterationResult(None, is_best=False, metrics={}, feedback="none")

    def blind_answer(self, purpose, rng):
        return ""
'''


def test_a_table_that_cannot_be_made_fails_the_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "0000.json").write_text("{")

    with pytest.raises(SystemExit) as ended:
        SweepTable().on_multirun_end(OmegaConf.create({"hydra": {"sweep": {"dir": str(tmp_path)}}}))

    assert ended.value.code == 1
    assert "0000.json: not JSON" in capsys.readouterr().err
