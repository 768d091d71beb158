"""Training sb3-contrib's RecurrentPPO, whose policy keeps a state of its own from step to step, in stretches."""

from functools import partial
from typing import TYPE_CHECKING, Any

from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig, TrainingConfig
from llmrl_runner.rl.algorithms import arguments_of
from llmrl_runner.rl.checkpoints import loaded, torch_device
from llmrl_runner.rl.networks import PLAIN, Network
from llmrl_runner.rl.scales import restore_scales
from llmrl_runner.rl.training import Dress, MakeBatch, Stretch, Trained, as_they_are, train

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import VecEnv


def train_recurrent(
    make_batch: MakeBatch,
    settings: GuidedPPOTrainingConfig,
    stretch: Stretch,
    memory: int,
    callback: "BaseCallback | None" = None,
    network: Network = PLAIN,
    dress: Dress = as_they_are,
) -> Trained:
    """Train up to `stretch.goal` steps. memory: how many numbers the state has. A stretch begins new episodes."""
    return train(make_batch, settings, stretch, partial(_model, memory=memory, network=network), callback, dress)


def _model(
    envs: "VecEnv", settings: TrainingConfig, stretch: Stretch, memory: int, network: Network
) -> "BaseAlgorithm":
    from sb3_contrib import RecurrentPPO

    assert isinstance(settings, GuidedPPOTrainingConfig)
    options: dict[str, Any] = arguments_of(settings, envs.action_space)
    options["policy_kwargs"] |= {"lstm_hidden_size": memory, **network.policy_kwargs()}
    rate = partial(
        falling,
        first=settings.learning_rate,
        last=settings.learning_rate_end,
        share=stretch.goal / max(settings.total_timesteps, stretch.goal),
    )
    more = {"vf_coef": settings.vf_coef, "max_grad_norm": settings.max_grad_norm, "seed": stretch.network_seed}
    options |= {**more, "learning_rate": rate, "device": torch_device(stretch.device)}
    if stretch.start is None:
        model = RecurrentPPO("MlpLstmPolicy", envs, **options)
    else:
        model = loaded(RecurrentPPO, stretch.start, env=envs, **options)
        restore_scales(model, envs)
    network.make_ready(model)
    return model


def falling(remaining: float, first: float, last: float, share: float) -> float:
    """Adam's step size where so much of a stretch is left (1 to 0), whose end is at `share` of the training."""
    return first + (last - first) * (1 - remaining) * share
