"""What result.json says of a run: its best candidate, the optimum, what was spent and the ground it was made on."""

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from llmrl_runner import __version__
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.optimum import exact_return, optimal_value, state_fields
from llmrl_runner.llm import LLMClient
from llmrl_runner.policies.base import Policy
from llmrl_runner.runs.iteration import Record

# Packages whose version can change a result.
VERSIONED = ("gymnasium", "numpy", "mujoco", "box2d", "minigrid", "stable-baselines3", "torch", "litellm")
SEARCH_FIGURES = ("return_mean", "return_ci95", "success_rate", "selection_episodes")


@dataclass(frozen=True)
class Ending:
    """How a run stands when its iterations are over.

    best, policy: the best iteration and its candidate, None where there is none. ended_by: why it ended before its last
    iteration, None where it didn't. extras: entries that only its method has.
    """

    config: Config
    environment: Environment
    llm: LLMClient
    iterations: int
    best: Record | None
    policy: Policy | None
    ended_by: str | None
    episodes: int
    env_steps: int
    extras: dict[str, Any]


def result_of(end: Ending, held_out: dict[str, Any], wall_seconds: float) -> dict[str, Any]:
    """All of result.json."""
    config = end.config
    return {
        "method": config.method.name,
        "env": config.env.name,
        "llm": {"backend": config.llm.backend, "model": end.llm.model, **end.llm.usage.to_dict()},
        "seed": config.seed,
        "best_iteration": end.best.index if end.best else None,
        "iterations": end.iterations,
        "ended_by": end.ended_by,
        "search": search_figures(end.best),
        "held_out": held_out,
        "return_max": config.env.return_max,
        **known_optimum(end.environment, end.policy),
        **end.extras,
        "budget": {"episodes": end.episodes, "env_steps": end.env_steps},
        "wall_seconds": round(wall_seconds, 2),
        "versions": versions(),
    }


def search_figures(best: Record | None) -> dict[str, Any]:
    """What selection said of the best candidate, null where there was none. Not a result: it was chosen for this."""
    metrics = best.metrics if best and "selection_episodes" in best.metrics else {}
    return {name: metrics.get(name) for name in SEARCH_FIGURES}


def known_optimum(environment: Environment, policy: Policy | None) -> dict[str, Any]:
    """The optimum, and beside it the exact mean return of the best candidate where the model is known; else null."""
    optimum = optimal_value(environment.config)
    if optimum is None:
        return {"optimum": None, "exact_return_mean": None}
    described = {"value": optimum.value, "best_table": optimum.stationary, "how": optimum.how}
    return {"optimum": described, "exact_return_mean": _exact_return(environment, policy)}


def versions() -> dict[str, str | None]:
    """This project's version, Python's, and those of the packages that matter; null where one isn't installed."""
    return {"llmrl_runner": __version__, "python": platform.python_version(), **{n: _version(n) for n in VERSIONED}}


def _exact_return(environment: Environment, policy: Policy | None) -> float | None:
    fields = state_fields(environment.config)
    if policy is None or fields is None or not environment.actions.is_discrete:
        return None
    return exact_return(environment.config, policy.act(fields))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
