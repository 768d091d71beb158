from collections.abc import Callable
from functools import cache
from unittest import mock

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.batch import make_batch
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.model import read_model, table_return
from llmrl_runner.envs.optimum import Optimum, exact_return, optimal_value, state_fields

LoadEnv = Callable[[str], EnvConfig]


@cache
def optimum_of(load_env: LoadEnv, name: str) -> Optimum | None:
    """An environment's optimum as its file has it, computed once."""
    return optimal_value(load_env(name))


def simulated(config: EnvConfig, table: np.ndarray, episodes: int) -> tuple[float, float]:
    """Mean return of a table over episodes, and its standard error."""
    size = min(episodes, 100)
    values = [field.values or 1 for field in config.observation]
    batch, returns = make_batch(config, size), np.zeros(episodes)
    for first in range(0, episodes, size):
        slots = np.arange(size)
        fields = batch.reset(slots, first + slots)
        while slots.size:
            states = np.ravel_multi_index(tuple(fields.astype(int).T), values)
            fields, rewards, terminated, truncated = batch.step(slots, table[states])
            returns[first + slots] += rewards
            going = ~(terminated | truncated)
            slots, fields = slots[going], fields[going]
    batch.close()
    return float(returns.mean()), float(returns.std() / np.sqrt(episodes))


@pytest.mark.parametrize(
    ("name", "value", "stationary"),
    [
        ("frozen_lake", 1.0, 1.0),
        ("frozen_lake_8x8", 1.0, 1.0),
        ("frozen_lake_slippery", 0.74419, 0.74016),
        ("frozen_lake_8x8_slippery", 0.91322, 0.89357),
        ("cliff_walking", -13.0, -13.0),
        ("cliff_walking_slippery", -63.0134, -63.0225),
        ("taxi", 7.93, 7.93),
        ("blackjack", -0.04311, -0.04311),
    ],
)
def test_known_optima_are_found(load_env: LoadEnv, name: str, value: float, stationary: float) -> None:
    optimum = optimum_of(load_env, name)

    assert optimum is not None
    assert (optimum.value, optimum.stationary) == pytest.approx((value, stationary), abs=5e-5)


@pytest.mark.parametrize("name", ["frozen_lake_slippery", "cliff_walking_slippery", "taxi", "blackjack"])
def test_the_best_table_plays_as_well_as_computed(load_env: LoadEnv, name: str) -> None:
    config, optimum = load_env(name), optimum_of(load_env, name)
    assert optimum is not None
    assert optimum.table is not None
    assert optimum.stationary is not None

    mean, error = simulated(config, optimum.table, 800)

    assert mean == pytest.approx(optimum.stationary, abs=4 * error + 1e-9)
    assert exact_return(config, optimum.table) == pytest.approx(optimum.stationary)


@pytest.mark.parametrize("name", ["frozen_lake_8x8_slippery", "cliff_walking_slippery", "taxi", "blackjack"])
def test_any_table_is_worth_what_it_plays(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    fields = state_fields(config)
    optimum = optimum_of(load_env, name)
    assert fields is not None
    assert optimum is not None
    assert optimum.table is not None
    rng = np.random.default_rng(3)
    worse = np.where(rng.random(len(fields)) < 0.15, rng.integers(0, 2, len(fields)), optimum.table)

    mean, error = simulated(config, worse, 300)

    exact = exact_return(config, worse)
    assert exact == pytest.approx(mean, abs=4 * error + 1e-9)
    assert exact is not None
    assert exact < optimum.value


@pytest.mark.parametrize(("kwargs", "better"), [({"sab": False, "natural": True}, True), ({"sab": False}, False)])
def test_blackjack_s_other_rules_are_worth_what_they_play(
    load_env: LoadEnv, kwargs: dict[str, bool], better: bool
) -> None:
    config = load_env("blackjack")
    registered = optimum_of(load_env, "blackjack")
    config.kwargs = kwargs

    optimum = optimal_value(config)

    assert registered is not None
    assert optimum is not None
    assert optimum.table is not None
    assert (optimum.value > registered.value) is better
    mean, error = simulated(config, optimum.table, 2000)
    assert mean == pytest.approx(optimum.value, abs=4 * error)


def test_no_single_change_improves_the_best_table_found(load_env: LoadEnv) -> None:
    config = load_env("frozen_lake_slippery")
    optimum, model = optimum_of(load_env, config.name), read_model(config)
    assert optimum is not None
    assert optimum.table is not None

    neighbours = []
    for state in range(16):
        for action in range(4):
            changed = optimum.table.copy()
            changed[state] = action
            neighbours.append(table_return(model, changed))

    assert max(neighbours) <= (optimum.stationary or 0) + 1e-9


def test_the_fields_of_all_states_come_in_their_order(load_env: LoadEnv) -> None:
    fields = state_fields(load_env("cliff_walking"))

    assert fields is not None
    assert (len(fields), fields[36].tolist()) == (48, [3, 0])


def test_where_nothing_is_known_nothing_is_claimed(cartpole: EnvConfig) -> None:
    assert optimal_value(cartpole) is None
    assert exact_return(cartpole, np.zeros(324, dtype=np.int64)) is None
    assert state_fields(cartpole) is None


@pytest.mark.parametrize(
    "optimum", ["model", "llmrl_runner.envs.blackjack.optimal", "nowhere.optimum", "math.pi", "modell", "..optimum"]
)
def test_an_optimum_that_cannot_be_computed_is_named_when_the_environment_is_made(
    cartpole: EnvConfig, optimum: str
) -> None:
    cartpole.optimum = optimum

    with pytest.raises(ConfigError, match=r"^env\.optimum: ") as computed:
        optimal_value(cartpole)
    with pytest.raises(ConfigError) as checked:
        Environment(cartpole)

    assert str(checked.value) == str(computed.value)


@pytest.mark.parametrize("name", ["taxi", "blackjack"])
def test_making_an_environment_computes_no_optimum(
    load_env: LoadEnv, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("model._model_of", "blackjack._mean_return"):
        monkeypatch.setattr(f"llmrl_runner.envs.{place}", mock.Mock(side_effect=AssertionError))

    Environment(load_env(name))
