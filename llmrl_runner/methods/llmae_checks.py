"""Whether a configuration of `llmae_ppo` goes together, before anything is asked, trained or written."""

from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network import can_be_like_another, make_network_env
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.methods.demos import check_demos, has_success
from llmrl_runner.methods.ppo import check_sizes
from llmrl_runner.rl.checkpoints import load_users_model, torch_device
from llmrl_runner.rl.guided_training import check_given, new_network

Spaces = tuple[spaces.Space[Any], spaces.Space[Any]]  # of observations and of actions


def check_llmae_ppo(config: Config, environment: Environment, parts: int) -> None:
    """Raise ConfigError for the first thing that is wrong. parts: how many iterations are PPO's, none or less where the
    run ends before."""
    method = config.method
    if not isinstance(config.training, GuidedPPOTrainingConfig):
        problem = "method=llmae_ppo needs training=guided_ppo, which it chooses where nothing else is said"
        raise ConfigError("training", problem)
    if parts > 0:
        check_sizes(config.training, parts)
    torch_device(config.device)
    with closing(make_network_env(config.env)) as env:
        if not isinstance(env.action_space, spaces.Discrete):
            raise ConfigError("env", f"method=llmae_ppo needs one action out of several, {config.env.id} has others")
    check_asking(config)
    STARTS[method.init](config, environment)


def asks_a_model(config: Config) -> bool:
    """Whether anything is asked: demonstrations that aren't in a file already."""
    return bool(config.method.init == "demos" and config.method.demos.path is None)


def env_elsewhere(config: Config) -> EnvConfig:
    """`transfer.env`, seen with the inputs of the environment that the network is for, where that can be done."""
    elsewhere: EnvConfig = config.method.transfer.env
    if not can_be_like_another(elsewhere):
        return elsewhere
    return replace(elsewhere, network_like=config.env.network_like or config.env.id)


def check_asking(config: Config) -> None:
    """Raise ConfigError where a model was chosen that would not be asked."""
    if asks_a_model(config) or config.llm.backend == "none":
        return
    method = config.method
    why = f"init={method.init}" if method.init != "demos" else "demonstrations from a file (method.demos.path)"
    raise ConfigError("llm", f"{why} asks no model: say llm=none instead of llm={config.llm.name}")


def check_transfer(config: Config, environment: Environment) -> None:
    """Raise ConfigError where the network can't be had from the other environment, or from the checkpoint."""
    with closing(make_network_env(config.env)) as env:
        ours = (env.observation_space, env.action_space)
    if config.method.transfer.checkpoint is None:
        _check_elsewhere(config, ours)
    else:
        _check_checkpoint(config, ours)


def _check_elsewhere(config: Config, ours: Spaces) -> None:
    transfer, update = config.method.transfer, config.training.n_envs * config.training.n_steps
    if transfer.total_timesteps < update:
        problem = f"must be at least n_envs x n_steps = {update}, got {transfer.total_timesteps}"
        raise ConfigError("method.transfer.total_timesteps", problem)
    try:
        with closing(make_network_env(env_elsewhere(config))) as other:
            theirs = (other.observation_space, other.action_space)
    except ConfigError as error:
        problem = f"{transfer.env.id} can't be shown as {config.env.id} is: {error.problem}"
        raise ConfigError("method.transfer.env", problem) from error
    _check_same("method.transfer.env", transfer.env.id, theirs, ours)


def _check_checkpoint(config: Config, ours: Spaces) -> None:
    key, settings, path = "method.transfer.checkpoint", config.training, Path(config.method.transfer.checkpoint)
    assert isinstance(settings, GuidedPPOTrainingConfig)
    if not path.is_file():
        raise ConfigError(key, f"there is no file {path}")
    given = load_users_model(key, path, config.device)
    _check_same(key, str(path), (given.observation_space, given.action_space), ours)
    model = new_network(partial(make_network_batch, config.env), settings, 0, config.device)
    check_given(given, path, model, settings)


def _check_same(key: str, what: str, theirs: Spaces, ours: Spaces) -> None:
    for name, their, our in zip(("inputs", "actions"), theirs, ours, strict=True):
        if their != our:
            raise ConfigError(key, f"{what} has {name} {their}, and the network has {our}")


def check_cloning(config: Config, environment: Environment) -> None:
    """Raise ConfigError where there can be no demonstrations, or cloning is to end at what nobody can tell."""
    check_demos(config, environment)
    if config.method.cloning.success_threshold is not None and not has_success(config.env):
        problem = f"needs env.success, which {config.env.name} doesn't define; leave it null"
        raise ConfigError("method.cloning.success_threshold", problem)


def check_nothing(config: Config, environment: Environment) -> None:
    """A new network needs nothing."""


STARTS = {"demos": check_cloning, "transfer": check_transfer, "scratch": check_nothing}
