"""`hydra/launcher=slurm` before anything is submitted."""

import pytest

from tests.app.command import QUICK, CommandLine

SWEEP = ("-m", *QUICK, "seed=0,1", "hydra/launcher=slurm")


def test_without_slurm_one_line_says_so_and_nothing_is_run(command: CommandLine) -> None:
    ended = command.run(*SWEEP, PATH="/nowhere")

    assert ended.code == 2
    assert ended.err == "hydra/launcher: slurm's sbatch is not found on this machine; joblib runs sweeps without it\n"
    assert not command.runs()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("partiton=x", "partiton: there is no such key; did you mean hydra.launcher.partition?"),
        ("mem_gb=0", "mem_gb: must be more than 0, got 0.0"),
        ("cpus_per_task=many", "cpus_per_task: needs a whole number, got 'many'"),
        ("timeout_min=2", "signal_delay_s: must be less than the job's time (timeout_min), 120 s, got 120"),
        ("on_interrupt=stay", "on_interrupt: 'stay' is not one of leave, cancel"),
    ],
)
def test_a_setting_that_cannot_be_is_named(setting: str, words: str, command: CommandLine) -> None:
    ended = command.run(*SWEEP, f"hydra.launcher.{setting}")

    assert (ended.code, ended.err) == (2, f"hydra.launcher.{words}\n")
    assert not command.runs()
