"""Sweeps on what looks like Slurm: scripts in the place of its commands. A real one is in tests/slurm."""

import json
from pathlib import Path

import pytest

from tests.app.command import QUICK, CommandLine, Ended

SHORT = ("-m", *QUICK[1:], "method.iterations=1", "env=frozen_lake", "hydra/launcher=slurm")
# The note of job $FORGOTTEN is taken away whenever it is written, until its answer is there, as another start of the
# command may do once.
# sbatch starts the elements of an array all at once, but for one with the id $CANCELLED: squeue says it was. The first
# submission has the id 1, the next 2; squeue knows the last one's jobs alone, and never says that one has ended.
PROGRAMS = {
    "sbatch": """
forget() {
  sweeps="$HERE/../outputs/sweeps"
  until ls "$sweeps"/*/slurm/*_"$1"_0_result.pkl; do rm -f "$sweeps"/*/jobs/*"$1".json; done
  rm -f "$sweeps"/*/jobs/*"$1".json
}
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\)%.*/\\1/p' "$1")
echo "${last:-alone}" >> "$HERE/submissions"
id=$(wc -l < "$HERE/submissions")
for index in $(seq 0 "${last:-0}"); do
  [ "${id}_$index" = "$CANCELLED" ] && continue
  [ -n "$last" ] && export SLURM_ARRAY_JOB_ID=$id SLURM_ARRAY_TASK_ID=$index
  SLURM_JOB_ID=$id bash "$1" > /dev/null 2>&1 &
  if [ "$index" = "$FORGOTTEN" ]; then forget "$index" > /dev/null 2>&1 & fi
done
echo "Submitted batch job $id"
""",
    "squeue": """
id=$(wc -l < "$HERE/submissions")
for job in "$id" "${id}_0" "${id}_1"; do
  [ "$job" = "$CANCELLED" ] && state=CANCELLED || state=RUNNING
  echo "$job|$state|None"
done
""",
    "srun": "exit 1",
    "sacct": "exit 1",
}


class SlurmLike(CommandLine):
    """The command where there is something like Slurm."""

    @property
    def programs(self) -> Path:
        return self.folder / "programs"

    def sweep(self, *arguments: str, cancelled: str = "none", forgotten: str = "") -> Ended:
        path = f"{self.programs}:/usr/bin:/bin"
        settings = ("hydra.launcher.use_srun=false", "hydra.launcher.look_every_s=0.5")
        told = {"HERE": str(self.programs), "CANCELLED": cancelled, "FORGOTTEN": forgotten}
        return self.run(*SHORT, *settings, *arguments, PATH=path, **told)

    def submissions(self) -> list[str]:
        """The last index of each array."""
        return (self.programs / "submissions").read_text().split()


@pytest.fixture
def slurm_like(command: CommandLine) -> SlurmLike:
    made = SlurmLike(command.folder, command.warm)
    made.programs.mkdir()
    for name, body in PROGRAMS.items():
        (made.programs / name).write_text(f"#!/bin/bash\n{body}\n")
        (made.programs / name).chmod(0o755)
    return made


@pytest.mark.slow
def test_a_sweep_is_one_array_and_what_is_finished_is_not_submitted_again(slurm_like: SlurmLike) -> None:
    first = slurm_like.sweep("seed=0,1")
    again = slurm_like.sweep("seed=0,1")

    assert (first.code, first.err) == (0, "")
    assert "2 jobs submitted to Slurm: 1\n" in first.out
    assert (first.out.count("  finished  "), again.out.count("  skipped  ")) == (2, 2)
    assert slurm_like.submissions() == ["1"]


def test_a_lost_job_is_named_and_the_same_command_submits_it_alone(slurm_like: SlurmLike) -> None:
    ended = slurm_like.sweep("seed=0,1,-1", cancelled="1_1")
    [path] = (slurm_like.folder / "outputs" / "sweeps").glob("*/jobs/0001.json")
    note = json.loads(path.read_text())
    again = slurm_like.sweep("seed=0,1,-1", cancelled="1_1")

    assert ended.code == 1
    assert "seed=1: job 1_1 was cancelled" in ended.out
    assert "seed=-1: seed: must be at least 0, got -1" in ended.out
    assert (note["state"], note["error"]) == ("failed", "job 1_1 was cancelled")
    assert (again.out.count("  skipped  "), again.out.count("  finished  ")) == (1, 1)
    assert slurm_like.submissions() == ["1", "alone"]


def test_a_job_whose_note_another_start_of_the_command_took_away_ended_as_its_run_says(slurm_like: SlurmLike) -> None:
    ended = slurm_like.sweep("seed=0,1", forgotten="0")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("  finished  ") == 2


def test_an_estimate_submits_nothing(slurm_like: SlurmLike) -> None:
    ended = slurm_like.sweep("seed=0,1", "estimate=true")

    assert ended.code == 0
    assert "the sweep: at most 2 runs, 4 calls" in ended.out
    assert not (slurm_like.programs / "submissions").exists()
