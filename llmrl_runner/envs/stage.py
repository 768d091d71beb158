"""One episode of one environment, in which an action may be held for several steps, and which ends by a hard cap."""

import math
from typing import Any, Protocol

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.build import make_env, step_limit


class Steps(Protocol):
    """An episode as whoever acts in it sees it: see Stage."""

    observation: Any
    steps: int
    terminated: bool
    truncated: bool
    is_cut_short: bool

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""

    def hold(self, action: Any, times: int) -> list[float]:
        """Step `action` so many times; the reward of each."""

    def close(self) -> None:
        """Nothing more is stepped."""


class Stage:
    """An episode from `seed` that lasts at most `max_steps` steps, whatever the environment says.

    env: the environment, for whoever looks at it; its steps are taken by `hold`. observation: the latest, as the
    environment gave it. is_over: by the environment's rules (`terminated`), else cut off (`truncated`) by its own step
    limit or by `max_steps`, and then `is_cut_short`. Raises as `make_env` does.
    """

    def __init__(self, config: EnvConfig, seed: int, max_steps: int) -> None:
        self.seed, self.max_steps = seed, max_steps
        self.steps, self.terminated, self.truncated, self.is_cut_short = 0, False, False, False
        self._is_closed = False
        self.env = make_env(config)
        self.observation, _ = self.env.reset(seed=seed)

    @property
    def is_over(self) -> bool:
        """Whether the episode has ended."""
        return self.terminated or self.truncated

    def hold(self, action: Any, times: int) -> list[float]:
        """Step `action`, as the environment takes it, so many times, or until the episode ends; the reward of each.

        Raises ValueError where the environment pays what is no finite number.
        """
        rewards: list[float] = []
        while len(rewards) < times and not self.is_over:
            self.observation, reward, self.terminated, truncated, _ = self.env.step(action)
            self.steps += 1
            self.is_cut_short = self.steps >= self.max_steps and not (self.terminated or truncated)
            self.truncated = bool(truncated) or self.is_cut_short
            rewards.append(self._checked(float(reward)))
        return rewards

    def close(self) -> None:
        """Close the environment, once: not every environment can be closed again."""
        if not self._is_closed:
            self._is_closed = True
            self.env.close()

    def _checked(self, reward: float) -> float:
        if not math.isfinite(reward):
            raise ValueError(f"the environment paid a reward that is not a finite number (episode from {self.seed})")
        return reward


def longest_episode(config: EnvConfig, max_steps: int) -> int:
    """After how many steps an episode is over at the latest: the environment's own limit, or `max_steps` if lower."""
    env = make_env(config)
    limit = step_limit(env)
    env.close()
    return max_steps if limit is None else min(limit, max_steps)
