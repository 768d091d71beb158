"""An environment as the prompts of an LLM that acts or plans speak of it."""

from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.pace import Pace


def environment_text(config: Config, environment: Environment, pace: Pace) -> dict[str, Any]:
    """The values of conf/prompts/reflect/environment.md, for one who acts on what is observed."""
    words = environment.words
    return _text(config, environment, pace) | {"goal": words.goal, "observation_schema": words.observation_schema}


def world_text(config: Config, environment: Environment, pace: Pace) -> dict[str, Any]:
    """The same for one who is told the whole state."""
    told = {"goal": config.env.goal, "observation_schema": environment.map_words.schema}
    return _text(config, environment, pace) | told


def _text(config: Config, environment: Environment, pace: Pace) -> dict[str, Any]:
    """All but the goal and what is told of states; without rules and hints where `knowledge` leaves them out."""
    env, is_told = config.env, config.method.knowledge == "model_given"
    return {
        "action_table": environment.choices.table,
        "action_rate": pace.action_rate,
        "reward": env.reward,
        "episode_end": env.episode_end,
        "max_steps": pace.max_steps,
        "dynamics": env.dynamics.strip() if is_told else "",
        "hints": env.hints if is_told else [],
    }
