"""Environments with goals, for hindsight experience replay (Andrychowicz et al., 2017)."""

from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, FloatArray
from llmrl_runner.envs.build import make_env

KEY = "method.reward"
PARTS = {"observation", "achieved_goal", "desired_goal"}


class Goals:
    """What an environment pays for reaching any goal, and the parts of its observations.

    space: those parts, in the order in which they are flattened. longest: steps of its longest episode, None where
    there is no limit. It holds an environment that nobody plays in; the caller closes it.
    """

    def __init__(self, config: EnvConfig) -> None:
        """Raises ConfigError where the environment has no goals, or its wrapper hides them."""
        if config.network_wrapper is not None:
            raise ConfigError(KEY, f"her needs observations as they are, and env.network_wrapper changes {config.id}'s")
        self._env = make_env(config)
        try:
            self.space = _space_of_goals(config, self._env)
        except ConfigError:
            self._env.close()
            raise
        self.longest = config.max_episode_steps or getattr(self._env.spec, "max_episode_steps", None)

    def reward(self, achieved: AnyArray, desired: AnyArray, infos: list[dict[str, Any]]) -> FloatArray:
        """What the environment pays (n,) where `achieved` (n, g) was reached and `desired` (n, g) asked for."""
        world: Any = self._env.unwrapped
        return np.asarray(world.compute_reward(achieved, desired, infos))

    def close(self) -> None:
        """Close the environment."""
        self._env.close()


def _space_of_goals(config: EnvConfig, env: Any) -> spaces.Dict:
    space = env.observation_space
    if not isinstance(space, spaces.Dict) or set(space.spaces) != PARTS or not hasattr(env.unwrapped, "compute_reward"):
        problem = f"her needs an environment with goals, as FetchReach-v4 is; {config.id}'s observations are {space}"
        raise ConfigError(KEY, problem)
    return space
