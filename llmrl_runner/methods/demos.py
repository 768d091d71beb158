"""Demonstrations: asked of an LLM in one of several ways, or read from a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.acting import blind_action
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.demo_files import (
    asked_figures,
    asked_films,
    asked_page,
    keep_answers,
    keep_demonstrations,
    keep_films,
    stored_figures,
    stored_films,
    stored_page,
)
from llmrl_runner.methods.demo_plans import blind_plan, check_plans, plan_calls, plan_episodes, plan_pace
from llmrl_runner.methods.demo_steps import act_episodes, check_steps, steps_calls
from llmrl_runner.methods.demonstrated import Demonstrated, as_demonstrations, reached
from llmrl_runner.rl.demonstration_files import read_demonstrations
from llmrl_runner.rl.demonstrations import Demonstrations, check_actions
from llmrl_runner.runs.iteration import Iteration


@dataclass(frozen=True)
class Kind:
    """A way to ask for demonstrations: the episodes, a check of what it needs, calls at most, and in words how."""

    ask: Callable[[MethodRunner, Iteration], list[Demonstrated]]
    check: Callable[[Config, Environment], None]
    calls: Callable[[Config], int]
    how: str


KINDS = {
    "plan": Kind(plan_episodes, check_plans, plan_calls, "whole episodes planned (demos.kind=plan)"),
    "steps": Kind(act_episodes, check_steps, steps_calls, "acted step by step (demos.kind=steps)"),
}


@dataclass(frozen=True)
class Gathered:
    """What is to be cloned, which may be nothing; the figures of demos.json; a page for feedback.md."""

    demonstrations: Demonstrations
    figures: dict[str, Any]
    page: str


def gather(method: MethodRunner, iteration: Iteration) -> Gathered:
    """Ask for demonstrations, or read `demos.path`, and keep all that is to be known of them with the iteration.

    Raises as LLMClient.ask does, CallsEnded among it: what was answered is in the transcript then.
    """
    return _stored(method, iteration) if method.method.demos.path is not None else _asked(method, iteration)


def check_demos(config: Config, environment: Environment) -> None:
    """Raise ConfigError where demonstrations can't be had as they are asked for; a file is read and played again."""
    demos: Any = config.method.demos
    check_actions(config.env, environment.action_space)
    if demos.keep == "successes" and not has_success(config.env):
        problem = f"successes needs env.success, which {config.env.name} doesn't define; say all"
        raise ConfigError("method.demos.keep", problem)
    if demos.path is not None:
        wanted(config, read_demonstrations(demos.path, config.env))
    else:
        KINDS[demos.kind].check(config, environment)


def calls_an_iteration(config: Config) -> int:
    """How many calls the one iteration that asks for demonstrations makes at most."""
    demos: Any = config.method.demos
    return 0 if demos.path is not None else KINDS[demos.kind].calls(config)


def blind_answer(config: Config, environment: Environment, purpose: str, rng: Generator) -> str:
    """What `llm=random` says: any action, or a random sequence of them."""
    if purpose == "act":
        return blind_action(environment.choices, rng)
    return blind_plan(environment.choices, rng, plan_pace(config).max_steps)


def wanted(config: Config, found: Demonstrations) -> Demonstrations:
    """Those of a file that `demos.keep` keeps. Raises ConfigError where none is left."""
    kept = _kept(config, found)
    if not len(kept):
        problem = f"successes leaves nothing: none of the {len(found)} episodes in {config.method.demos.path} is one"
        raise ConfigError("method.demos.keep", problem)
    return kept


def _asked(method: MethodRunner, iteration: Iteration) -> Gathered:
    kind = KINDS[method.method.demos.kind]
    tried = kind.ask(method, iteration)
    found = as_demonstrations(method.config.env, tried, method.llm.model, kind.how)
    flags, kept = reached(tried, found), _kept(method.config, found)
    figures = asked_figures(tried, flags, kept)
    keep_demonstrations(iteration, kept, figures)
    keep_answers(iteration, tried)
    keep_films(method, iteration, asked_films(tried, flags))
    return Gathered(kept, figures, asked_page(tried, flags, figures))


def _stored(method: MethodRunner, iteration: Iteration) -> Gathered:
    found = read_demonstrations(method.method.demos.path, method.config.env)
    kept = wanted(method.config, found)
    figures = stored_figures(found, kept)
    keep_demonstrations(iteration, kept, figures)
    names = {number: action.name for number, action in enumerate(method.config.env.actions)}
    keep_films(method, iteration, stored_films(kept, names))
    return Gathered(kept, figures, stored_page(found, figures))


def _kept(config: Config, found: Demonstrations) -> Demonstrations:
    is_picky = config.method.demos.keep == "successes" and found.successes is not None
    return found.take(found.successes) if is_picky and found.successes is not None else found


def has_success(env: EnvConfig) -> bool:
    """Whether the environment's file says what a success is."""
    success = env.success
    return success.return_at_least is not None or success.last_reward_at_least is not None
