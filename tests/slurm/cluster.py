"""The command on Slurm, and a method whose runs take as long as a test wants."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.app.command import QUICK, CommandLine, Ended, wait_until

ON_SLURM = ("hydra/launcher=slurm", "hydra.launcher.look_every_s=1", "hydra.launcher.mem_gb=1")
HELD = ("--config-dir", "mine", "method=held", *QUICK)
HELD_YAML = "defaults: [tabular, _self_]\nname: held\nrunner: held.Held\n"
# Waits for a file named `go` in the command's folder where the seed is 1, in its second iteration. It asks before.
METHOD = '''
import time
from pathlib import Path

from llmrl_runner.methods.tabular import Tabular


class Held(Tabular):
    """Tabular, held up where the seed is 1."""

    def run_iteration(self, iteration):
        done = super().run_iteration(iteration)
        if self.config.seed == 1 and iteration.index == 1:
            Path("reached").touch()
            while not Path("go").exists():
                time.sleep(0.05)
        return done
'''


class SlurmCommand(CommandLine):
    """`python run.py -m ...` as a cluster's user gives it: started from nothing, in a folder that the nodes see."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """See CommandLine."""
        process = super().start(*arguments, **environment)
        assert isinstance(process, subprocess.Popen)
        self._started.append(process)
        return process

    def end_all(self) -> None:
        """Kill the commands that are under way."""
        for process in self._started:
            if process.poll() is None:
                self.kill(process)

    def hold_seed_1(self) -> tuple[str, ...]:
        """What chooses a method whose run with seed 1 waits for `let_go`."""
        methods = self.folder / "mine" / "method"
        methods.mkdir(parents=True, exist_ok=True)
        (methods / "held.yaml").write_text(HELD_YAML)
        (self.folder / "held.py").write_text(METHOD)
        return HELD

    def let_go(self) -> None:
        """Have it go on."""
        (self.folder / "go").touch()

    @property
    def is_held(self) -> bool:
        """Whether the run with seed 1 has come to where it waits."""
        return (self.folder / "reached").exists()

    def forget_holding(self) -> None:
        """So that `is_held` is said anew."""
        (self.folder / "reached").unlink()

    def sweep(self, *arguments: str, **environment: str) -> Ended:
        """The command on Slurm, waited for."""
        return self.run("-m", *arguments, *ON_SLURM, **environment)

    def start_sweep(self, *arguments: str) -> "subprocess.Popen[str]":
        """The same, under way."""
        return self.start("-m", *arguments, *ON_SLURM)

    def submitted(self) -> dict[int, str]:
        """Slurm's ids of the jobs that the sweep last submitted or waited for, by their numbers."""
        [path] = (self.folder / "outputs" / "sweeps").glob("*/slurm.json")
        return {job["number"]: job["job_id"] for job in json.loads(path.read_text())}

    def notes(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted((self.folder / "outputs").glob("sweeps/*/jobs/*.json"))]

    def results(self) -> dict[str, int]:
        """When each run was finished, by its folder's name."""
        return {path.parent.name: path.stat().st_mtime_ns for path in self.in_runs("result.json")}


def queued() -> dict[str, str]:
    """The states of the jobs in Slurm's queue, by their ids."""
    said = subprocess.run(
        ["squeue", "--me", "--array", "--noheader", "--format=%i %T"], capture_output=True, text=True, check=True
    )
    return dict(line.split() for line in said.stdout.splitlines())


def scancel(*words: str) -> None:
    subprocess.run(["scancel", *words], check=True)


def start_again(job_id: str) -> None:
    """A job that was put back into the queue, now instead of in two minutes, as Slurm has it.

    Slurm shows it in the queue a moment before it sets those two minutes, so it is told until it has started.
    """
    wait_until(lambda: queued().get(job_id) == "PENDING")
    wait_until(lambda: _was_started(job_id))


def _was_started(job_id: str) -> bool:
    if queued().get(job_id) != "PENDING":
        return True
    subprocess.run(["scontrol", "update", f"JobId={job_id}", "StartTime=now"], check=False)
    return False


def starts_of(command: CommandLine, job_id: str) -> int:
    """How often submitit began the job, as its log says."""
    [log] = (command.folder / "outputs" / "sweeps").glob(f"*/slurm/{job_id}_0_log.out")
    return log.read_text().count("Starting with")
