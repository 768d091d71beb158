"""Many episodes side by side, each in a slot, each decided by its own seed."""

from typing import ClassVar, Protocol

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.act import native_actions
from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.observe import ObservationCodec

Step = tuple[FloatArray, FloatArray, BoolArray, BoolArray]


class EnvBatch(Protocol):
    """`size` slots, each of which plays one episode at a time. Same seed and actions: same episode, in any slot."""

    usual_size: ClassVar[int]
    size: int

    def __init__(self, config: EnvConfig, size: int) -> None: ...

    def reset(self, slots: IntArray, seeds: IntArray) -> FloatArray:
        """Start an episode in each of `slots` (m,) from its seed (m,); the first fields (m, f)."""
        ...

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """One step in each of `slots` (m,), with actions (m,) or (m, d).

        Returns fields (m, f), rewards (m,), terminated (m,), truncated (m,). A slot whose episode has ended must be
        reset before it steps again.
        """
        ...

    def close(self) -> None:
        """Close every environment; the batch can't be used again."""
        ...


def make_batch(config: EnvConfig, size: int | None = None) -> EnvBatch:
    """The environments of `config` side by side: in the class that `env.batch` names, else plain ones in a row.

    size: how many slots; None takes what suits the class.
    """
    batch = _twin(config.batch) if config.batch else SerialBatch
    return batch(config, size or batch.usual_size)


class SerialBatch:
    """Plain environments stepped one after the other; each is made when its slot is first used.

    Raises ConfigError as `make_env` and `ObservationCodec` do.
    """

    # Enough that a policy's own time a call is shared, few enough that memory stays small.
    usual_size: ClassVar[int] = 32

    def __init__(self, config: EnvConfig, size: int) -> None:
        self.size = size
        self._config = config
        first = make_env(config)
        self._envs: list[Env | None] = [first] + [None] * (size - 1)
        self._codec = ObservationCodec(config, first.observation_space)
        self._action_space = first.action_space

    def reset(self, slots: IntArray, seeds: IntArray) -> FloatArray:
        """See EnvBatch."""
        pairs = zip(slots.tolist(), seeds.tolist(), strict=True)
        return self._codec.encode([self._env(slot).reset(seed=seed)[0] for slot, seed in pairs])

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See EnvBatch."""
        pairs = zip(slots.tolist(), native_actions(self._action_space, actions), strict=True)
        outcomes = [self._env(slot).step(action) for slot, action in pairs]
        observations, rewards, terminated, truncated, _ = zip(*outcomes, strict=True)
        fields = self._codec.encode(observations)
        return fields, np.array(rewards, dtype=np.float64), np.array(terminated, bool), np.array(truncated, bool)

    def close(self) -> None:
        """See EnvBatch."""
        for env in self._envs:
            if env is not None:
                env.close()
        self._envs = [None] * self.size

    def _env(self, slot: int) -> Env:
        env = self._envs[slot]
        if env is None:
            env = self._envs[slot] = make_env(self._config)
        return env


class FreshBatch(SerialBatch):
    """A new environment for every episode, where a used one remembers: BipedalWalker keeps its physics world at reset.

    Measured: one episode in twelve came out differently in a used world, from the same seed and actions.
    """

    def reset(self, slots: IntArray, seeds: IntArray) -> FloatArray:
        """See EnvBatch."""
        for slot in slots.tolist():
            self._discard(slot)
        return super().reset(slots, seeds)

    def _discard(self, slot: int) -> None:
        env = self._envs[slot]
        if env is not None:
            env.close()
        self._envs[slot] = None


def wants_fresh_environments(config: EnvConfig) -> bool:
    """Whether an environment of `config` is to play one episode only: `env.batch` says so."""
    return config.batch is not None and issubclass(_twin(config.batch), FreshBatch)


def _twin(import_path: str) -> type[EnvBatch]:
    twin: type[EnvBatch] = imported(import_path, "env.batch")
    if not isinstance(twin, type) or not hasattr(twin, "usual_size"):
        raise ConfigError("env.batch", f"`{import_path}` is no EnvBatch")
    return twin
