"""What a written reward sees of an environment: rows of named fields, one a step, beside what its network sees."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig, FieldConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.envs.observe import ObservationCodec

KEY = "env.reward_rows"


class RewardRows(Protocol):
    """`fields` says what the f numbers of a row are."""

    fields: Sequence[FieldConfig]

    def rows(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> FloatArray:
        """Rows (m, f) of how it stands in `slots` (m,) of the batch, whose network now sees `observations` (m, ...)."""
        ...


def make_reward_rows(config: EnvConfig) -> RewardRows:
    """What `env.reward_rows` names, else the environment's own observations.

    Raises ConfigError where neither can be had, or the fields in the YAML don't fit.
    """
    if config.reward_rows is not None:
        make = imported(config.reward_rows, KEY)
        if not callable(make):
            raise ConfigError(KEY, f"`{config.reward_rows}` can't be called with an EnvConfig")
        named: RewardRows = make(config)
        return named
    if config.reward_fields:
        raise ConfigError("env.reward_fields", f"say what {KEY} gives, which names nothing")
    return ObservationRows(config)


def are_inputs(config: EnvConfig) -> bool:
    """Whether a row is the very numbers that the network sees, so that stored observations can be paid anew."""
    if config.reward_rows is not None or config.network_wrapper is not None:
        return False
    with closing(make_env(config)) as env:
        return _is_all_boxes(env.observation_space)


class ObservationRows:
    """The environment's own observations, as `env.observation` names their numbers.

    Raises ConfigError where a wrapper stands between them and the network, or the fields don't fit.
    """

    def __init__(self, config: EnvConfig) -> None:
        if config.network_wrapper is not None:
            problem = f"needed, since the network sees what {config.network_wrapper} makes of the observations"
            raise ConfigError(KEY, f"{problem}: the import path of a RewardRows, with its fields in env.reward_fields")
        env = make_env(config)
        space = env.observation_space
        env.close()
        self._codec = ObservationCodec(config, space)
        self.fields: Sequence[FieldConfig] = self._codec.fields
        self._space = None if _is_all_boxes(space) or isinstance(space, spaces.Discrete) else space

    def rows(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> FloatArray:
        """See RewardRows."""
        if isinstance(batch.observation_space, spaces.Discrete):
            return self._codec.encode(list(observations))
        if self._space is not None:
            return self._codec.encode([spaces.unflatten(self._space, each) for each in observations])
        return np.asarray(observations, dtype=np.float64).reshape(len(observations), self._codec.width)


def _is_all_boxes(space: spaces.Space[Any]) -> bool:
    """Whether flattening leaves the numbers as they are; a Discrete becomes zeros and a one."""
    if isinstance(space, spaces.Dict):
        return all(_is_all_boxes(part) for part in space.spaces.values())
    return isinstance(space, spaces.Box)
