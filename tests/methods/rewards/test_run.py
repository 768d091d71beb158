"""One training, carried out in this process."""

from pathlib import Path

from llmrl_runner.files.whole import read_json
from llmrl_runner.methods.rewards.job import OUTCOME, WRITTEN, RewardChoice, TrainingJob, run_training
from tests.methods.composed import config_of

FIRST_FIELD = "def compute_reward(obs, action, next_obs, info):\n    return next_obs[:, 0], {'first': next_obs[:, 0]}\n"
SMALL_PPO = ("training=ppo", "training.n_envs=2", "training.n_steps=8", "training.batch_size=8", "training.n_epochs=1")


def test_a_reward_sees_the_whole_state_of_a_grid_world_while_steps_are_counted(tmp_path: Path) -> None:
    config = config_of("method=reward_gen", "env=doorkey_5x5", *SMALL_PPO, "training.evaluation_episodes=1")
    job = TrainingJob(tmp_path / "draft", config, RewardChoice(WRITTEN, FIRST_FIELD), block=0, goal=32, whole=32)

    run_training(job)

    told = read_json(job.folder / OUTCOME)
    assert told["problem"] is None
    assert told["env_steps"] == 32
    assert told["episodes"] >= 2
