"""Small trainings of a pendulum, as jobs."""

from pathlib import Path

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.rewards.job import WRITTEN, RewardChoice, TrainingJob
from tests.methods.composed import config_of

UPRIGHT = "def compute_reward(obs, action, next_obs, info):\n    return next_obs[:, 0], {'up': next_obs[:, 0]}\n"
SMALL = (
    "method=reward_gen",
    "env=pendulum",
    "training.total_timesteps=120",
    "training.learning_starts=110",
    "training.evaluate_every=60",
    "training.evaluation_episodes=1",
    "training.batch_size=8",
    "training.net_arch=[8]",
)


def small_config(*overrides: str) -> Config:
    return config_of(*SMALL, *overrides)


def small_job(folder: Path, source: str = UPRIGHT, goal: int = 120, config: Config | None = None) -> TrainingJob:
    return TrainingJob(folder, config or small_config(), RewardChoice(WRITTEN, source), block=0, goal=goal, whole=goal)
