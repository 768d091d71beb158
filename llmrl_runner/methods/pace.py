"""How much an LLM that acts is asked: episodes, steps and held actions, as the method or else the environment says."""

import math
from dataclasses import dataclass

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.stage import longest_episode


@dataclass(frozen=True)
class Pace:
    """episodes a round; max_steps of an episode, the environment's own limit included; steps that an action is held."""

    episodes: int
    max_steps: int
    action_rate: int

    @property
    def actions(self) -> int:
        """How many actions the longest episode takes, an answer each."""
        return math.ceil(self.max_steps / self.action_rate)


def pace_of(config: Config) -> Pace:
    """The method's keys, and for those that are null the environment's (`env.acting`)."""
    method = config.method
    return paced(config.env, method.episodes, method.max_steps, method.action_rate)


def paced(env: EnvConfig, episodes: int | None, max_steps: int | None, action_rate: int | None) -> Pace:
    """These, and for those that are None the environment's (`env.acting`)."""
    return Pace(
        episodes=_first(episodes, env.acting.episodes),
        max_steps=longest_episode(env, _first(max_steps, env.acting.max_steps)),
        action_rate=_first(action_rate, env.acting.action_rate),
    )


def _first(chosen: int | None, otherwise: int) -> int:
    return otherwise if chosen is None else chosen
