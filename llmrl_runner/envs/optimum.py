"""The best return that any policy can expect, computed from the environment's own transition table.

The step limit is part of the problem, so the best action may depend
on the time that is left, which a table can't see. Both figures are given: `value` is exact and bounds every policy from
above; `stationary` is exact for the best single table that was found, and proven best only where it equals `value`.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.envs.model import Model, best_table, check_model, read_model, table_return, value_with_time

FROM_MODEL = "model"


@dataclass(frozen=True)
class Optimum:
    """The best mean return per episode: of any policy (`value`), and of the best table found (`stationary`, `table`).

    `table` (S,) is an action for each state number. `how` says in a line how the figures were got.
    """

    value: float
    how: str
    stationary: float | None = None
    table: IntArray | None = None


def check_optimum(config: EnvConfig) -> None:
    """Raise the ConfigError that `optimal_value` would, without computing anything."""
    if config.optimum == FROM_MODEL:
        check_model(config)
    elif config.optimum is not None:
        _function(config.optimum)


def optimal_value(config: EnvConfig) -> Optimum | None:
    """The optimum of `config`, as `env.optimum` says it is known; None where it isn't.

    Raises ConfigError where the environment has no transition table or no step limit, or the function can't be found.
    """
    if config.optimum is None:
        return None
    if config.optimum != FROM_MODEL:
        found: Optimum = _function(config.optimum)(config)
        return found
    return _optimum_of_model(read_model(config))


def exact_return(config: EnvConfig, table: IntArray) -> float | None:
    """Exact mean return of a table (S,), one action a state number; None where `env.optimum` is null.

    Where `env.optimum` names a function, its module answers with a function `exact_return(config, table)`.
    """
    if config.optimum is None:
        return None
    if config.optimum != FROM_MODEL:
        evaluate = getattr(_module(config.optimum), "exact_return", None)
        return None if evaluate is None else float(evaluate(config, table))
    return table_return(read_model(config), np.asarray(table))


def state_fields(config: EnvConfig) -> FloatArray | None:
    """The fields (S, f) of every state, in the order of state numbers; None where `env.optimum` is null.

    `exact_return(config, policy.act(state_fields(config)))` is the exact return of any policy without memory.
    """
    if config.optimum is None:
        return None
    values = [field.values or 1 for field in config.observation]
    return np.stack(np.unravel_index(np.arange(np.prod(values)), values), axis=1).astype(np.float64)


def _optimum_of_model(model: Model) -> Optimum:
    value, table = value_with_time(model), best_table(model)
    stationary = table_return(model, table)
    limit = f"within {model.horizon} steps, by dynamic programming on the environment's own transition table"
    if np.isclose(value, stationary, atol=1e-6):
        return Optimum(value, f"exact {limit}; a table reaches it", stationary, table)
    remark = f"it needs the clock, the best table found reaches {stationary:.4f}"
    return Optimum(value, f"exact {limit}; {remark}", stationary, table)


def _function(import_path: str) -> Callable[[EnvConfig], Optimum]:
    function = getattr(_module(import_path), import_path.rpartition(".")[2], None)
    if not callable(function):
        raise ConfigError("env.optimum", f"no function `{import_path}`")
    return function  # type: ignore[no-any-return]


def _module(import_path: str) -> ModuleType:
    try:
        return importlib.import_module(import_path.rpartition(".")[0])
    except (ImportError, TypeError, ValueError) as error:
        problem = f"`model` or the path of a function, not `{import_path}` ({error})"
        raise ConfigError("env.optimum", problem) from error
