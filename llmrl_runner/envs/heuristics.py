"""Experts that need no learning, as their environments ship them: what a learner can be set against.

`env.heuristic` names a factory by its import path. It is called after each reset and gives what plays that episode:
a function from the environment's own observation to its own action.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError, NothingToDoError
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.build import Env

Actor = Callable[[Any], Any]  # observation -> action
Heuristic = Callable[[Env], Actor]

MOST_SUBGOALS = 1_000  # that BabyAI's bot may set itself before one action; plans that go well take fewer than 20


def find_heuristic(config: EnvConfig) -> Heuristic:
    """What `env.heuristic` names. Raises NothingToDoError where it names nothing, ConfigError where it can't be had."""
    if config.heuristic is None:
        raise NothingToDoError("env.heuristic", f"{config.name} has none, so there is no expert to play it")
    found: Heuristic = imported(config.heuristic, "env.heuristic")
    if not callable(found):
        raise ConfigError("env.heuristic", f"`{config.heuristic}` can't be called with an environment")
    return found


def holding(make_actor: Heuristic, action_rate: int) -> Heuristic:
    """An expert that is asked only every so many steps; in between its last action is repeated."""

    def make_holding(env: Env) -> Actor:
        actor, held = make_actor(env), deque[Any]()

        def act(observation: Any) -> Any:
            if not held:
                held.extend([actor(observation)] * action_rate)
            return held.popleft()

        return act

    return make_holding


def lunar_lander(env: Env) -> Actor:
    """Gymnasium's controller for LunarLander, discrete or continuous; it needs no memory."""
    from gymnasium.envs.box2d import lunar_lander as shipped

    heuristic: Any = shipped.heuristic
    return lambda observation: heuristic(env, observation)


def bipedal_walker(env: Env) -> Actor:
    """Gymnasium's gait for BipedalWalker, which begins standing: three states that each leg goes through in turn."""
    from gymnasium.envs.box2d.bipedal_walker import BipedalWalkerHeuristics

    gait: Any = BipedalWalkerHeuristics()
    gait.a = np.zeros(4)  # the class's own array would be shared by all episodes
    return lambda observation: np.asarray(gait.step_heuristic(observation), dtype=np.float32)


def babyai_bot(env: Env) -> Actor:
    """BabyAI's planner (Chevalier-Boisvert et al., 2019), which sees what the agent has seen, and the carried object.

    Where its plan breaks (it asserts much of the world, and can plan in circles) it plans anew from where it stands,
    and where that breaks too, a random action is taken. It plays BabyAI's levels alone, not MiniGrid's own: those have
    no instructions that it could read.
    """
    return _Bot(env)


class _Bot:
    """One episode of the planner."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._random = np.random.default_rng(0)
        self._bot = self._fresh_bot()

    def __call__(self, observation: Any) -> int:
        """The planned action; the observation is not looked at, the bot asks the environment what is in view."""
        for _ in range(2):
            try:
                self._bot.stack.left = MOST_SUBGOALS
                return int(self._bot.replan())
            except Exception:  # whatever a plan that broke raises: AssertionError, TypeError, IndexError, its own
                self._bot = self._fresh_bot()
        return int(self._random.integers(int(self._env.action_space.n)))  # type: ignore[attr-defined]

    def _fresh_bot(self) -> Any:
        from minigrid.utils.baby_ai_bot import BabyAIBot

        make: Any = BabyAIBot  # whose constructor has no types
        bot = make(self._env)
        bot.stack = _Plan(bot.stack)
        return bot


class _Plan(list[Any]):
    """The bot's stack of subgoals, which takes so many more as are `left`."""

    left = MOST_SUBGOALS

    def append(self, subgoal: Any) -> None:
        """Add a subgoal. Raises RecursionError where none is left."""
        self.left -= 1
        if self.left < 0:
            raise RecursionError("the bot plans in circles")
        super().append(subgoal)
