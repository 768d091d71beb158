"""Finite environments as arrays, and exact finite-horizon dynamic programming on them (Bellman, 1957)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import BoolArray, FloatArray, IntArray
from llmrl_runner.envs.build import make_env, step_limit
from llmrl_runner.envs.observe import ObservationCodec

DISCOUNTS = (0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)  # each gives a table to start the search from
MIN_GAIN = 1e-9  # improvements below this are rounding


@dataclass(frozen=True)
class Model:
    """A finite environment: outcome k of action a in state s has `probabilities[s, a, k]`, and so on.

    probabilities, next_states, rewards, terminal (S, A, K); initial (S,); horizon: the step limit.
    """

    probabilities: FloatArray
    next_states: IntArray
    rewards: FloatArray
    terminal: BoolArray
    initial: FloatArray
    horizon: int

    def action_values(self, values: FloatArray, discount: float = 1.0) -> FloatArray:
        """Expected return (S, A) of an action now and `values` (S,) afterwards."""
        later = np.where(self.terminal, 0.0, discount * values[self.next_states])
        summed: FloatArray = (self.probabilities * (self.rewards + later)).sum(axis=2)
        return summed

    def following(self, table: IntArray) -> FloatArray:
        """Transition matrix (S, S) under a table, without what ends the episode."""
        states = np.arange(len(self.initial))
        moves = np.where(self.terminal, 0.0, self.probabilities)[states, table]
        matrix = np.zeros((len(states), len(states)))
        np.add.at(matrix, (states[:, None], self.next_states[states, table]), moves)
        return matrix


def read_model(config: EnvConfig, key: str = "env.optimum") -> Model:
    """The transition table `P` of a Gymnasium toy-text environment as arrays.

    Raises ConfigError as `check_model` does; `key` is what asked for the table.
    """
    return _model_of(*_published(config, key))


def check_model(config: EnvConfig) -> None:
    """Raise ConfigError where the environment has no whole transition table or no step limit."""
    _published(config, "env.optimum")


def _published(config: EnvConfig, key: str) -> tuple[Any, FloatArray, int]:
    """The transition table as the environment has it, the chances of its first states (S,), and the step limit."""
    env = make_env(config)
    try:
        horizon = step_limit(env)
        ObservationCodec(config, env.observation_space)
        outcomes, initial = getattr(env.unwrapped, "P", None), getattr(env.unwrapped, "initial_state_distrib", None)
        is_whole = not getattr(env.unwrapped, "fickle_passenger", False)
    finally:
        env.close()
    if outcomes is None or initial is None:
        raise ConfigError(key, f"{config.id} has no transition table; set {key}=null")
    if not is_whole:
        raise ConfigError(key, f"a fickle passenger's change of mind isn't in the transition table; set {key}=null")
    if horizon is None:
        raise ConfigError("env.max_episode_steps", f"needed for {key} with {config.id}")
    return outcomes, np.asarray(initial, dtype=np.float64), horizon


def table_return(model: Model, table: IntArray) -> float:
    """Exact expected return of a table (S,) within the step limit."""
    states = np.arange(len(model.initial))
    matrix = model.following(table)
    pay = (model.probabilities * model.rewards).sum(axis=2)[states, table]
    values = np.zeros(len(states))
    for _ in range(model.horizon):
        values = pay + matrix @ values
    return float(model.initial @ values)


def value_with_time(model: Model) -> float:
    """Expected return of the best policy that may also look at the clock: the best of all policies."""
    values = np.zeros(len(model.initial))
    for _ in range(model.horizon):
        values = model.action_values(values).max(axis=1)
    return float(model.initial @ values)


def best_table(model: Model) -> IntArray:
    """A table (S,) that no change of a single state's action improves, from the best of several discounted optima."""
    starts = [_discounted_table(model, discount) for discount in DISCOUNTS]
    table = max(starts, key=lambda start: table_return(model, start))
    best = table_return(model, table)
    while (better := _single_change(model, table, best)) is not None:
        table, best = better
    return table


def _model_of(outcomes: Any, initial: FloatArray, horizon: int) -> Model:
    """Arrays of `P[state][action] = [(probability, next state, reward, terminated), ...]`, padded with chance 0."""
    states, actions = len(outcomes), len(outcomes[0])
    width = max(len(outcomes[state][action]) for state in range(states) for action in range(actions))
    padded = np.zeros((states, actions, width, 4))
    for state in range(states):
        for action in range(actions):
            listed = np.asarray(outcomes[state][action], dtype=np.float64)
            padded[state, action, : len(listed)] = listed
    probabilities, next_states, rewards, terminal = np.moveaxis(padded, -1, 0)
    return Model(probabilities, next_states.astype(np.int64), rewards, terminal > 0, initial, horizon)


def _discounted_table(model: Model, discount: float) -> IntArray:
    """The greedy table after `horizon` sweeps of value iteration, ties going to the smallest action."""
    values = np.zeros(len(model.initial))
    for _ in range(model.horizon):
        values = model.action_values(values, discount).max(axis=1)
    ranked = model.action_values(values, discount).round(decimals=12)
    return np.asarray(ranked.argmax(axis=1), dtype=np.int64)


def _single_change(model: Model, table: IntArray, best: float) -> tuple[IntArray, float] | None:
    """The table with one state's action changed for the better and its return, most promising first; None at a top."""
    gains = _first_order_gains(model, table)
    for flat in np.argsort(-gains, axis=None):
        state, action = np.unravel_index(flat, gains.shape)
        if gains[state, action] <= MIN_GAIN:
            return None
        changed = table.copy()
        changed[state] = action
        value = table_return(model, changed)
        if value > best + MIN_GAIN:
            return changed, value
    return None


def _first_order_gains(model: Model, table: IntArray) -> FloatArray:
    """What each action (S, A) would gain at each visit, summed over the visits of an episode under `table`."""
    states, matrix = np.arange(len(table)), model.following(table)
    visits = [model.initial]
    for _ in range(model.horizon - 1):
        visits.append(visits[-1] @ matrix)
    values, gains = np.zeros(len(table)), np.zeros(model.probabilities.shape[:2])
    for visited in reversed(visits):
        ahead = model.action_values(values)
        values = ahead[states, table]
        gains += visited[:, None] * (ahead - values[:, None])
    return gains
