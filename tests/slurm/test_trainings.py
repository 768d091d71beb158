"""Trainings of a run as jobs of a real Slurm."""

import pytest

from tests.app.command import wait_until
from tests.app.rewarded import TINY
from tests.slurm.cluster import SlurmCommand, queued, scancel

TRAINING = (
    *TINY,
    *("llm=none", "method.reward=native", "method.final_seeds=2", "training.total_timesteps=4000"),
    *("method.launcher=submitit", "method.submitit.cluster=slurm", "method.submitit.mem_gb=1"),
    "method.submitit.cpus_per_task=1",
)


@pytest.mark.timeout(300)
def test_a_cancelled_training_is_named_and_the_same_command_trains_what_is_missing(cluster: SlurmCommand) -> None:
    run = cluster.start(*TRAINING)
    wait_until(lambda: "RUNNING" in queued().values(), 60)
    lost = next(job_id for job_id, state in queued().items() if state == "RUNNING")
    scancel(lost)
    _, err = run.communicate(timeout=120)

    again = cluster.run(*TRAINING)

    assert run.returncode == 1
    assert f"the cluster's job {lost} was cancelled" in err
    assert (again.code, again.err) == (0, "")
    assert len(cluster.results()) == 1
    assert not queued()
