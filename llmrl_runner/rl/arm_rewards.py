"""What written rewards are measured against: the same environments with rewards of their makers'."""

from dataclasses import replace

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch, Step, make_network_batch
from llmrl_runner.rl.rollout import successes
from llmrl_runner.rl.wrapped_batch import WrappedBatch

KEY = "method.reward"
NATIVE, SPARSE, HER = "native", "sparse", "her"


def arm_batch(kind: str, config: EnvConfig, size: int) -> NetworkBatch:
    """`size` environments that pay as the arm does.

    native: the environment's own reward, or that of `env.native_id`; sparse: success alone, which is what an
    environment with a native_id pays itself; her: what the environment itself pays, so that the goals which hindsight
    puts in are paid by the same measure. Raises ConfigError as `check_arm` does.
    """
    check_arm(kind, config)
    batch = make_network_batch(arm_config(kind, config), size)
    pays_itself = kind != SPARSE or config.native_id is not None
    return batch if pays_itself else SuccessBatch(batch, config.success)


def check_arm(kind: str, config: EnvConfig) -> None:
    """Raise ConfigError where there is no such arm, or this environment doesn't say what it needs to know."""
    if kind not in (NATIVE, SPARSE, HER):
        raise ConfigError(KEY, f"'{kind}' is no reward that is there already; {NATIVE}, {SPARSE} and {HER} are")
    if kind == SPARSE and config.native_id is None and not is_defined(config.success):
        raise ConfigError(KEY, f"{kind} pays success, which isn't defined for {config.name}: env.success has no bound")


def arm_config(kind: str, config: EnvConfig) -> EnvConfig:
    """The environment that an arm trains in."""
    return replace(config, id=config.native_id) if kind == NATIVE and config.native_id is not None else config


def is_defined(success: SuccessConfig) -> bool:
    """Whether it says what a success is."""
    return success.return_at_least is not None or success.last_reward_at_least is not None


class SuccessBatch(WrappedBatch):
    """A NetworkBatch whose steps pay 1 where they make a success, and 0 elsewhere.

    Where success is asked of the last reward, any step whose own reward reaches it, were it the last, is paid; where it
    is asked of the return, the step that ends an episode whose return reaches it.
    """

    def __init__(self, inside: NetworkBatch, success: SuccessConfig) -> None:
        super().__init__(inside)
        self._success = success
        self._is_of_the_end = success.return_at_least is not None
        self._returns = np.zeros(inside.size)

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """See NetworkBatch."""
        self._returns[slots] = 0.0
        return self.inside.reset(slots, seeds)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See NetworkBatch."""
        observations, rewards, terminated, truncated = self.inside.step(slots, actions)
        self._returns[slots] += rewards
        reached = successes(self._returns[slots], rewards, self._success)
        assert reached is not None  # check_arm
        pays = reached & (terminated | truncated) if self._is_of_the_end else reached
        return observations, pays.astype(np.float64), terminated, truncated
