"""A training job carried out: what its reward sees, and what it says it took."""

from pathlib import Path

from llmrl_runner.methods.rewards.job import WRITTEN, RewardChoice, TrainingJob
from llmrl_runner.methods.rewards.run import trained
from tests.methods.composed import config_of

GRID = (
    "method=reward_gen", "env=doorkey_5x5", "training=ppo", "training.n_envs=4", "training.n_steps=16",
    "training.batch_size=32", "training.total_timesteps=128", "training.evaluation_episodes=1", "display.gif=false",
)  # fmt: skip
CARRIES = """
def compute_reward(obs, action, next_obs, info):
    carries = (next_obs[:, 3] > 0) * 1.0
    nearer = -abs(next_obs[:, 0] - next_obs[:, 9]) * 0.1
    return carries + nearer, {"carries": carries, "nearer": nearer}
"""
BREAKS = """
def compute_reward(obs, action, next_obs, info):
    if (next_obs[:, 21] > 9).any():
        raise ValueError("ten steps are enough")
    return next_obs[:, 0], {"column": next_obs[:, 0]}
"""


def job(folder: Path, source: str) -> TrainingJob:
    return TrainingJob(folder, config_of(*GRID), RewardChoice(WRITTEN, source), block=0, goal=128, whole=128)


def test_a_written_reward_sees_the_whole_grid_of_every_slot_that_trains(tmp_path: Path) -> None:
    told = trained(job(tmp_path, CARRIES))

    assert (told["problem"], told["env_steps"]) == (None, 128)
    assert (tmp_path / "checkpoint.zip").exists()


def test_a_reward_that_breaks_on_the_way_is_told_with_the_steps_that_it_took(tmp_path: Path) -> None:
    told = trained(job(tmp_path, BREAKS))

    assert "ten steps are enough" in told["problem"]
    assert "line 4" in told["traceback"]
    assert told["env_steps"] == 4 * 10
