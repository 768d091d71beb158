"""Whether a configuration of `llmae_ppo` goes together, before anything is asked, trained or written."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.methods.demos import check_demos
from llmrl_runner.methods.ppo import check_sizes
from llmrl_runner.rl.guided_training import check_given
from llmrl_runner.rl.training import load_model, torch_device

Spaces = tuple[spaces.Space[Any], spaces.Space[Any]]  # of observations and of actions


def check_llmae_ppo(config: Config, environment: Environment, parts: int) -> None:
    """Raise ConfigError for the first thing that is wrong. parts: how many iterations are PPO's."""
    method = config.method
    if not isinstance(config.training, GuidedPPOTrainingConfig):
        problem = "method=llmae_ppo needs training=guided_ppo, which it chooses where nothing else is said"
        raise ConfigError("training", problem)
    if parts < 1:
        needed = method.iterations - parts + 1
        problem = f"must be at least {needed} with init={method.init}: PPO's first is number {needed}"
        raise ConfigError("method.iterations", problem)
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
    """`transfer.env`, seen with the inputs of the environment that the network is for."""
    elsewhere: EnvConfig = config.method.transfer.env
    return replace(elsewhere, network_like=config.env.network_like or config.env.id)


def check_asking(config: Config) -> None:
    """Raise ConfigError where a model was chosen that would not be asked."""
    if asks_a_model(config) or config.llm.backend == "none":
        return
    method = config.method
    why = f"init={method.init}" if method.init != "demos" else "demonstrations from a file (method.demos.path)"
    raise ConfigError("llm", f"{why} asks no model: say llm=none instead of llm={config.llm.name}")


def check_transfer(config: Config, environment: Environment) -> None:
    """Raise ConfigError where the other environment, or the checkpoint, has other inputs or actions than this one."""
    transfer = config.method.transfer
    with closing(make_network_env(config.env)) as env:
        ours = (env.observation_space, env.action_space)
    if transfer.checkpoint is None:
        try:
            with closing(make_network_env(env_elsewhere(config))) as other:
                theirs = (other.observation_space, other.action_space)
        except ConfigError as error:
            problem = f"{transfer.env.id} can't be shown as {config.env.id} is: {error.problem}"
            raise ConfigError("method.transfer.env", problem) from error
        _check_same("method.transfer.env", transfer.env.id, theirs, ours)
        return
    _check_checkpoint(config, Path(transfer.checkpoint), ours)


def _check_checkpoint(config: Config, path: Path, ours: Spaces) -> None:
    """Raise ConfigError where it is no PPO's, or no network that this training could go on with."""
    key = "method.transfer.checkpoint"
    if not path.is_file():
        raise ConfigError(key, f"there is no file {path}")
    try:
        model = load_model(path, config.device)
    except ConfigError as error:
        raise ConfigError(key, f"{path} can't be read as a checkpoint of Stable-Baselines3's PPO") from error
    _check_same(key, str(path), (model.observation_space, model.action_space), ours)
    training: Any = config.training
    check_given(lambda size: make_network_batch(config.env, size), training, model, path, config.device)


def _check_same(key: str, what: str, theirs: Spaces, ours: Spaces) -> None:
    for name, their, our in zip(("inputs", "actions"), theirs, ours, strict=True):
        if their != our:
            raise ConfigError(key, f"{what} has {name} {their}, and the network has {our}")


def check_nothing(config: Config, environment: Environment) -> None:
    """A new network needs nothing."""


STARTS = {"demos": check_demos, "transfer": check_transfer, "scratch": check_nothing}
