"""An environment as a network takes it: observations of numbers, actions that can be sampled."""

import importlib
import inspect
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.wrappers import DtypeObservation, FlattenObservation

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.build import Env, make_env

PICTURE_SIDES = 3  # height, width, colours
ACTIONS = (spaces.Discrete, spaces.Box, spaces.MultiDiscrete, spaces.MultiBinary)


def make_network_env(config: EnvConfig, render: bool = False) -> Env:
    """The environment of `config` with observations for a network, rewards and episodes as they are.

    It is put in the wrapper that `env.network_wrapper` names; without one, what is no Box or Discrete is flattened.

    The caller closes it. Raises ConfigError as `make_env` does, and where observations or actions don't suit.
    """
    env = make_env(config, render)
    try:
        wrapped = _in_floats(_wrapped(config, env))
        _check_actions(config, wrapped.action_space)
    except Exception:
        env.close()
        raise
    return wrapped


def can_be_like_another(config: EnvConfig) -> bool:
    """Whether the environment's wrapper gives the inputs of the one that `network_like` names, if it is asked to."""
    if config.network_wrapper is None:
        return False
    return "like" in inspect.signature(imported(config.network_wrapper, "env.network_wrapper")).parameters


def _wrapped(config: EnvConfig, env: Env) -> Env:
    if config.network_wrapper is not None:
        return _in_wrapper(config.network_wrapper, env, config.network_like)
    if _is_plain(env.observation_space):
        return env
    try:
        return FlattenObservation(env)
    except (NotImplementedError, ValueError) as error:
        kind = type(env.observation_space).__name__
        problem = (
            f"needed: {config.id}'s observations ({kind}) can't be flattened; minigrid.wrappers.FlatObsWrapper, say"
        )
        raise ConfigError("env.network_wrapper", problem) from error


def _in_wrapper(import_path: str, env: Env, like: str | None) -> Env:
    module, _, name = import_path.rpartition(".")
    options = {} if like is None else {"like": like}
    try:
        wrapped: Env = getattr(importlib.import_module(module), name)(env, **options)
    except ConfigError:
        raise
    except Exception as error:  # whatever a wrapper of anybody's makes of the environment
        problem = f"`{import_path}` can't be put around the environment ({type(error).__name__}: {error})"
        raise ConfigError("env.network_wrapper", problem) from error
    if not _is_plain(wrapped.observation_space):
        kind = type(wrapped.observation_space).__name__
        raise ConfigError("env.network_wrapper", f"`{import_path}` gives observations that are no Box ({kind})")
    return wrapped


def _in_floats(env: Env) -> Env:
    """Whole numbers as floats, pictures apart: SB3 would store what they are scaled to as whole numbers again."""
    space = env.observation_space
    is_counted = isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.integer)
    return DtypeObservation(env, np.float32) if is_counted and len(space.shape or ()) < PICTURE_SIDES else env


def _is_plain(space: spaces.Space[Any]) -> bool:
    """Whether SB3's networks take it as it is; they count Discrete numbers from 0."""
    if isinstance(space, spaces.Discrete):
        return int(space.start) == 0
    return isinstance(space, spaces.Box | spaces.MultiDiscrete | spaces.MultiBinary)


def _check_actions(config: EnvConfig, space: spaces.Space[Any]) -> None:
    if not isinstance(space, ACTIONS) or (isinstance(space, spaces.Discrete) and int(space.start) != 0):
        raise ConfigError("env.id", f"{config.id} has actions that no network here gives ({space})")
