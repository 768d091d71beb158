"""How long 1,000 episodes of CartPole with a table take."""

import time
from typing import Any

import numpy as np

from llmrl_runner.config.composing import composed
from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.batch import make_batch
from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.table import TablePolicy
from llmrl_runner.rl.rollout import EpisodeScores, evaluate
from scripts.benchmarks.pairs import medians

EPISODES = 1000
# Push towards the side that this weighted sum of position, velocity, angle and angular velocity says. In the original's
# 324 cells nearly every episode then lasts its 500 steps, so that the work measured is that of a good policy.
WEIGHTS = np.array([0.25, 0.25, 6.5, 1.0])


def measure(repeats: int) -> dict[str, Any]:
    """The median in seconds, and what was played: mean length in steps, steps a second."""
    config = cartpole()
    policy = table(config)
    scores = play(config, policy)
    seconds, _ = medians(lambda: play_seconds(config, policy), repeats)
    steps = float(np.sum(scores.lengths))
    return {
        "seconds": seconds,
        "episodes": EPISODES,
        "length_mean": steps / EPISODES,
        "steps_per_second": steps / seconds,
    }


def cartpole() -> EnvConfig:
    """env=cartpole, composed as run.py composes it."""
    return composed("env=cartpole").env


def table(config: EnvConfig) -> TablePolicy:
    """The table of `config`'s cells by the rule of WEIGHTS."""
    environment = Environment(config)
    cells = environment.cells
    bins = cells.unravel(np.arange(cells.n_cells))
    centres = np.stack([cells.centres(k)[bins[:, k]] for k in range(bins.shape[1])], axis=1)
    return TablePolicy(cells, environment.actions, (centres @ WEIGHTS > 0).astype(np.int64)[:, None])


def play_seconds(config: EnvConfig, policy: TablePolicy) -> float:
    """Wall time of all episodes, making the batch included."""
    start = time.perf_counter()
    play(config, policy)
    return time.perf_counter() - start


def play(config: EnvConfig, policy: TablePolicy) -> EpisodeScores:
    """Play EPISODES episodes on the seeds from 0."""
    batch = make_batch(config, EPISODES)
    try:
        return evaluate(batch, policy, np.arange(EPISODES))
    finally:
        batch.close()
