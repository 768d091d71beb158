"""What the jobs of a sweep share through the public command: dollars, GPUs, and a pool of processes that may break."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.app.command import QUICK, CommandLine, Ended, transcript_of, wait_until
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import MisbehavingServer

TABLE = "```\nrow | column | action\n* | * | 1\n3 | * | 2\n```\n"
JOBS, CALLS_A_JOB = 4, 3


def paid_sweep(command: CommandLine, server: MisbehavingServer, max_cost_usd: float) -> Ended:
    return command.run(
        "-m",
        *QUICK[2:],
        *("env=frozen_lake", "llm=openai_compatible", "llm.model=test-model", f"llm.api_base={server.api_base}"),
        *("llm.usd_per_million_prompt_tokens=0", "llm.usd_per_million_completion_tokens=1000"),
        *(f"seed=range({JOBS})", f"method.iterations={CALLS_A_JOB}", f"sweep.max_cost_usd={max_cost_usd}"),
        "hydra/launcher=joblib",
        OPENAI_API_KEY="sk-any",
    )


def results(command: CommandLine) -> list[dict[str, object]]:
    return [json.loads((run / "result.json").read_text()) for run in command.runs()]


@pytest.mark.slow
def test_jobs_that_run_at_once_spend_no_more_than_their_sweep_may_and_a_larger_budget_goes_on(
    command: CommandLine, server: MisbehavingServer
) -> None:
    server.otherwise = does.says(TABLE)

    short = paid_sweep(command, server, 0.034)
    calls_for_little, ends = len(server.requests), [result["ended_by"] for result in results(command)]
    whole = paid_sweep(command, server, 1.0)

    assert (short.code, whole.code) == (0, 0), short.err + whole.err
    assert calls_for_little == 4  # of $0.007 each: seven completion tokens at $1,000 a million
    assert "budget reached: sweep.max_cost_usd=0.034" in ends
    assert len(server.requests) == JOBS * CALLS_A_JOB
    for run in command.runs():
        assert len({record["key"] for record in transcript_of(run)}) == CALLS_A_JOB


def test_a_budget_that_cannot_be_kept_is_refused_before_anything_is_asked(
    command: CommandLine, server: MisbehavingServer
) -> None:
    ended = command.run(
        *("-m", *QUICK[2:], "env=frozen_lake", "llm=openai_compatible", "llm.model=nobody-knows-its-price"),
        *(f"llm.api_base={server.api_base}", "seed=0,1", "sweep.max_cost_usd=1"),
        OPENAI_API_KEY="sk-any",
    )

    assert ended.code == 1
    assert "sweep.max_cost_usd: the price of nobody-knows-its-price is unknown" in ended.out
    assert not server.requests


THIRD_PARTY = '''
import os
import signal
import time
from pathlib import Path

from llmrl_runner.methods.base import IterationResult, MethodRunner


class Peculiar(MethodRunner):
    """Does what the test says."""

    def run_iteration(self, iteration):
        {body}
        return IterationResult(None, is_best=False, metrics={{}}, feedback="none")

    def blind_answer(self, purpose, rng):
        return ""
'''


def peculiar(command: CommandLine, body: str) -> tuple[str, ...]:
    """A third party's method that does `body` in each iteration."""
    methods = command.folder / "mine" / "method"
    methods.mkdir(parents=True)
    (methods / "peculiar.yaml").write_text("name: peculiar\nrunner: peculiar.Peculiar\niterations: 1\n")
    (command.folder / "peculiar.py").write_text(THIRD_PARTY.format(body=body))
    return ("-m", "--config-dir", "mine", "method=peculiar", *QUICK[:2])


SEES = """
        Path(f"seed{self.config.seed}.began").write_text(f"{os.environ.get('CUDA_VISIBLE_DEVICES')} {time.time()}")
        time.sleep(0.3)
        Path(f"seed{self.config.seed}.ended").write_text(str(time.time()))
"""


@pytest.mark.parametrize(("jobs_a_gpu", "most"), [(1, 2), pytest.param(2, 4, marks=pytest.mark.slow)])
def test_a_gpu_is_seen_by_as_many_jobs_at_once_as_may_share_it(
    jobs_a_gpu: int, most: int, command: CommandLine, tmp_path: Path
) -> None:
    arguments = peculiar(command, SEES)

    ended = command.run(
        *arguments, "seed=range(6)", "device=cuda", f"sweep.jobs_a_gpu={jobs_a_gpu}", "hydra/launcher=joblib",
        CUDA_VISIBLE_DEVICES="3,GPU-5c", TMPDIR=str(tmp_path),
    )  # fmt: skip

    assert ended.code == 0, ended.err
    began = [(command.folder / f"seed{seed}.began").read_text().split() for seed in range(6)]
    until = [float((command.folder / f"seed{seed}.ended").read_text()) for seed in range(6)]
    spans = [(gpu, float(at), end) for (gpu, at), end in zip(began, until, strict=True)]
    assert {gpu for gpu, _, _ in spans} == {"3", "GPU-5c"}
    for gpu in ("3", "GPU-5c"):
        of_this = [(at, end) for name, at, end in spans if name == gpu]
        assert max(sum(a <= at < e for a, e in of_this) for at, _ in of_this) <= jobs_a_gpu
    assert max(sum(a <= at < e for _, a, e in spans) for _, at, _ in spans) <= most


def test_jobs_that_train_on_no_gpu_see_what_the_command_saw(command: CommandLine) -> None:
    arguments = peculiar(command, SEES)

    ended = command.run(*arguments, "seed=0,1", CUDA_VISIBLE_DEVICES="3,5")

    assert ended.code == 0, ended.err
    assert (command.folder / "seed1.began").read_text().startswith("3,5 ")


def test_a_job_that_says_in_its_experiment_where_it_trains_counts_as_one_on_a_gpu(
    command: CommandLine, tmp_path: Path
) -> None:
    arguments = peculiar(command, SEES)
    experiment = command.folder / "mine" / "experiment" / "gpus"
    experiment.mkdir(parents=True)
    for name in "abc":
        (experiment / f"{name}.yaml").write_text(f"# @package _global_\ndevice: cuda\nseed: {'abc'.index(name)}\n")

    ended = command.run(
        *arguments, "experiment=gpus/a,gpus/b,gpus/c", "hydra/launcher=joblib",
        CUDA_VISIBLE_DEVICES="3", TMPDIR=str(tmp_path),
    )  # fmt: skip

    assert ended.code == 0, ended.err
    assert {(command.folder / f"seed{seed}.began").read_text().split()[0] for seed in range(3)} == {"3"}


DIES = """
        seed = self.config.seed
        with open(f"seed{seed}.tries", "a") as tries:
            tries.write("once ")
        if seed == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.5)
"""


DIES_ONCE = """
        tries = Path(f"seed{self.config.seed}.tries")
        tries.write_text((tries.read_text() if tries.exists() else "") + "once ")
        if self.config.seed == 1 and tries.read_text() == "once ":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.5)
"""


@pytest.mark.slow
def test_a_run_afresh_whose_process_was_killed_goes_on_in_its_one_new_folder(command: CommandLine) -> None:
    arguments = peculiar(command, DIES_ONCE)

    ended = command.run(*arguments, "seed=range(3)", "rerun=true", "hydra/launcher=joblib")

    assert ended.code == 0, ended.out + ended.err
    assert len(command.runs()) == 3


def test_jobs_whose_runs_lie_in_different_places_are_one_sweep(command: CommandLine) -> None:
    arguments = peculiar(command, "pass")

    ended = command.run(*arguments, "seed=0,1", "paths.outputs=outputs/${seed}")

    assert ended.code == 0, ended.out + ended.err
    assert ended.out.count("finished") == 2


def test_a_sweeps_budget_is_refused_for_a_single_run(here: CommandLine) -> None:
    ended = here.run(*QUICK, "sweep.max_cost_usd=1")

    assert ended.code == 2
    assert "sweep.max_cost_usd: is for sweeps (-m); the limit of a single run is llm.max_cost_usd" in ended.err


def test_ctrl_c_leaves_no_job_noted_as_running(command: CommandLine) -> None:
    arguments = peculiar(command, "Path('reached').touch()\n        time.sleep(60)")
    process = command.start(*arguments, "seed=0,1")
    wait_until(lambda: (command.folder / "reached").exists())

    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=30)

    notes = [json.loads(path.read_text())["state"] for path in command.folder.glob("outputs/sweeps/*/jobs/*.json")]
    assert process.returncode == 130
    assert sorted(notes) == ["waiting", "waiting"]
    assert "2 jobs: " in out


def test_a_job_whose_process_is_killed_is_named_and_all_others_end_well(command: CommandLine) -> None:
    arguments = peculiar(command, DIES)

    ended = command.run(*arguments, "seed=range(5)", "hydra/launcher=joblib")

    assert ended.code == 1
    rows = [line.split()[:2] for line in ended.out.splitlines() if line.startswith("seed=") and ":" not in line]
    assert rows == [[f"seed={seed}", "failed" if seed == 1 else "finished"] for seed in range(5)]
    assert "seed=1: its process was killed twice, the second time while it ran alone" in ended.out
    assert (command.folder / "seed1.tries").read_text() == "once once "
