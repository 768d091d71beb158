"""Environments with goals as SB3's hindsight experience replay sees them. Import this file where it is used."""

from typing import Any

from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray
from llmrl_runner.rl.goals import Goals
from llmrl_runner.rl.inputs import split

GoalStep = tuple[dict[str, AnyArray], FloatArray, BoolArray, list[dict[str, Any]]]


class GoalVecEnv(VecEnvWrapper):
    """Flattened observations in their parts; it answers what another goal would have paid."""

    def __init__(self, envs: VecEnv, goals: Goals) -> None:
        super().__init__(envs, observation_space=goals.space)
        self._goals = goals

    def reset(self) -> dict[str, AnyArray]:
        """Parts (n, ...) of the first observations."""
        return self._split(self.venv.reset())

    def step_wait(self) -> GoalStep:
        """As BatchVecEnv, observations in their parts, the last ones of an episode too."""
        observations, rewards, ends, infos = self.venv.step_wait()
        return self._split(observations), rewards, ends, [self._in_parts(info) for info in infos]

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """`compute_reward` alone, the same for every slot."""
        if method_name != "compute_reward":
            raise AttributeError(method_name)
        return [self._goals.reward(*method_args)]

    def _split(self, observations: Any) -> dict[str, AnyArray]:
        return split(self._goals.space, observations)

    def _in_parts(self, info: dict[str, Any]) -> dict[str, Any]:
        if "terminal_observation" not in info:
            return info
        parts = self._split(info["terminal_observation"][None])
        return {**info, "terminal_observation": {name: part[0] for name, part in parts.items()}}
