"""Training a network with Stable-Baselines3's SAC, TQC or TD3, in stretches that hand on what they have stored.

A stretch depends on its checkpoint, the steps that it is given, its seeds and its settings alone.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from llmrl_runner.config.training_schema import OffPolicyTrainingConfig
from llmrl_runner.rl.buffers import Buffer, Pool
from llmrl_runner.rl.goals import Goals
from llmrl_runner.rl.networks import PLAIN, Network
from llmrl_runner.rl.off_policy_checks import check_goals
from llmrl_runner.rl.off_policy_models import Start, make_off_policy, replay_of
from llmrl_runner.rl.training import Dress, MakeBatch, Stretch, Trained, as_they_are, train

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback


def train_off_policy(
    make_batch: MakeBatch,
    settings: OffPolicyTrainingConfig,
    stretch: Stretch,
    pool: Pool | None = None,
    goals: Goals | None = None,
    callback: "BaseCallback | None" = None,
    warm_start: Path | None = None,
    network: Network = PLAIN,
    dress: Dress = as_they_are,
) -> Trained:
    """Train up to `stretch.goal` steps.

    pool: what the replay buffer holds at the beginning; going on from a checkpoint, that is `stored_steps` of it.
    goals: those of the environment, where hindsight experience replay is to learn from them. warm_start: the checkpoint
    whose networks a new training begins with, its steps and optimisers left behind. Raises ConfigError as
    `check_off_policy` and `check_goals` do, and where the pool or the networks are of another environment.
    """
    from llmrl_runner.rl.goal_vec_env import GoalVecEnv

    check_goals(settings, goals)
    begins_with = Start(pool, warm_start, is_hindsight=goals is not None, network=network)
    make_model = partial(make_off_policy, begins_with=begins_with)
    dressed = partial(GoalVecEnv, goals=goals) if goals else dress
    return train(make_batch, settings, stretch, make_model, callback, dressed)


def stored_steps(model: "BaseAlgorithm") -> Buffer:
    """All that the model's replay buffer holds: what a later stretch goes on with."""
    from llmrl_runner.rl.replay import steps_of

    return steps_of(replay_of(model))


def own_steps(model: "BaseAlgorithm") -> Buffer:
    """The steps that the model's last stretch has taken itself, without those of its pool."""
    from llmrl_runner.rl.replay import steps_of

    taken = model.num_timesteps - model._num_timesteps_at_start
    return steps_of(replay_of(model), newest=taken // model.n_envs)
