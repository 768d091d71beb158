"""A toy world with goals: a point on a line that is to come near the place asked for."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.arrays import AnyArray

ID, LIMIT, NEAR = "tests/Reaching-v0", 8, 0.3


class Reaching(gym.Env[Any, Any]):
    """Pays 0 within 0.3 of the goal, else -1; moves by half of its action; never ends by itself."""

    def __init__(self) -> None:
        place = spaces.Box(-2, 2, (1,), np.float64)
        state = spaces.Box(-9, 9, (2,), np.float64)
        self.observation_space = spaces.Dict({"observation": state, "achieved_goal": place, "desired_goal": place})
        self.action_space = spaces.Box(-1, 1, (1,), np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.place, self.goal, self.taken = np.zeros(1), self.np_random.uniform(-1, 1, 1), 0
        return self._seen(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.place = np.clip(self.place + 0.5 * np.asarray(action, dtype=np.float64), -2, 2)
        self.taken += 1
        seen = self._seen()
        return seen, float(self.compute_reward(seen["achieved_goal"], self.goal, {})), False, False, {}

    def compute_reward(self, achieved: AnyArray, desired: AnyArray, info: Any) -> AnyArray:
        return -(np.linalg.norm(achieved - desired, axis=-1) > NEAR).astype(np.float32)

    def _seen(self) -> dict[str, AnyArray]:
        state = np.array([self.place[0], self.taken / LIMIT])
        return {"observation": state, "achieved_goal": self.place.copy(), "desired_goal": self.goal.copy()}


def reaching() -> EnvConfig:
    """Its configuration; the id is registered with it."""
    if ID not in gym.registry:
        gym.register(ID, Reaching, max_episode_steps=LIMIT)
    return EnvConfig(name="reaching", id=ID)
