"""Many episodes side by side for a network: observations as it takes them, each episode decided by its own seed."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.network import make_network_env

Step = tuple[AnyArray, FloatArray, BoolArray, BoolArray]


class NetworkBatch(Protocol):
    """`size` slots, each of which plays one episode at a time. Same seed and actions: same episode, in any slot.

    grid_shape: columns and rows of the world that `positions` are places in, None where there is no such thing.
    """

    size: int
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]
    grid_shape: tuple[int, int] | None

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """Start an episode in each of `slots` (m,) from its seed (m,); the first observations (m, ...)."""
        ...

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """One step in each of `slots` (m,), with actions (m,) or (m, d).

        Returns observations (m, ...), rewards (m,), terminated (m,), truncated (m,). A slot whose episode has ended
        must be reset before it steps again.
        """
        ...

    def positions(self, slots: IntArray) -> IntArray:
        """Where the agent stands in each of `slots`: column and row (m, 2). Only where there is a `grid_shape`."""
        ...

    def close(self) -> None:
        """Close every environment; the batch can't be used again."""
        ...


class NotCoveredError(Exception):
    """An environment that a vectorised twin can't play exactly; its words say why."""


def make_network_batch(config: EnvConfig, size: int, tell: Callable[[str], None] = lambda _: None) -> NetworkBatch:
    """`size` environments of `config` for a network: in the class that `env.network_batch` names, else in a row.

    Where that class doesn't cover the environment, it runs in a row, and `tell` hears why. Raises ConfigError as
    `make_network_env` does.
    """
    if config.network_batch is not None:
        try:
            return _twin(config.network_batch)(config, size)
        except NotCoveredError as reason:
            tell(f"{config.id} runs one by one: {reason}")
    return SerialNetworkBatch(config, size)


class SerialNetworkBatch:
    """Environments stepped one after the other, as `make_network_env` makes them."""

    def __init__(self, config: EnvConfig, size: int) -> None:
        self.size = size
        first = make_network_env(config)
        self._envs = [first, *(make_network_env(config) for _ in range(size - 1))]
        self.observation_space, self.action_space = first.observation_space, first.action_space
        self.grid_shape = _grid_shape(first)
        self._takes_numbers = isinstance(first.action_space, spaces.Discrete)

    def worlds(self, slots: IntArray) -> list[Any]:
        """The environments in `slots` (m,) without their wrappers, to be looked at."""
        return [self._envs[slot].unwrapped for slot in slots.tolist()]

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """See NetworkBatch."""
        pairs = zip(slots.tolist(), seeds.tolist(), strict=True)
        return np.stack([self._envs[slot].reset(seed=seed)[0] for slot, seed in pairs])

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See NetworkBatch."""
        native = actions.tolist() if self._takes_numbers else list(actions)
        outcomes = [self._envs[slot].step(action) for slot, action in zip(slots.tolist(), native, strict=True)]
        observations, rewards, terminated, truncated, _ = zip(*outcomes, strict=True)
        ends = np.array(terminated, dtype=bool), np.array(truncated, dtype=bool)
        return np.stack(observations), np.array(rewards, dtype=np.float64), *ends

    def positions(self, slots: IntArray) -> IntArray:
        """See NetworkBatch."""
        return np.array([world.agent_pos for world in self.worlds(slots)])

    def close(self) -> None:
        """See NetworkBatch."""
        for env in self._envs:
            env.close()


def _grid_shape(env: Env) -> tuple[int, int] | None:
    """MiniGrid's worlds, and those of others that say as it does where their agent is."""
    world: Any = env.unwrapped
    return (int(world.width), int(world.height)) if hasattr(world, "agent_pos") and hasattr(world, "width") else None


def _twin(import_path: str) -> Callable[[EnvConfig, int], NetworkBatch]:
    twin: Callable[[EnvConfig, int], NetworkBatch] = imported(import_path, "env.network_batch")
    if not callable(twin):
        raise ConfigError("env.network_batch", f"`{import_path}` is no NetworkBatch")
    return twin
