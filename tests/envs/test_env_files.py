"""What conf/env/ says, held against the environments themselves."""

import math
import re
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.act import native_actions
from llmrl_runner.envs.batch import make_batch
from llmrl_runner.envs.build import Env, make_env, step_limit
from llmrl_runner.envs.environment import Environment

LoadEnv = Callable[[str], EnvConfig]
LAKES = ["frozen_lake", "frozen_lake_8x8", "frozen_lake_slippery", "frozen_lake_8x8_slippery"]
CLIFFS = ["cliff_walking", "cliff_walking_slippery"]


def map_rows(config: EnvConfig) -> list[str]:
    """The squares of the map in `dynamics`, a string a row."""
    rows = re.findall(r"^\s*row \d+\s+(.*)$", config.dynamics, flags=re.MULTILINE)
    return [row.replace(" ", "") for row in rows]


def unwrapped(config: EnvConfig) -> Env:
    env = make_env(config)
    env.close()
    return env.unwrapped


def box_bounds(entries: list[Any], space: spaces.Space) -> tuple[list[Any], list[Any], list[Any]]:
    """Entries of the file with the bounds of a Box; None for each where the space has values instead of bounds."""
    if isinstance(space, spaces.Dict) and all(isinstance(part, spaces.Box) for part in space.values()):
        space = spaces.flatten_space(space)
    if not isinstance(space, spaces.Box):
        return entries, [None] * len(entries), [None] * len(entries)
    return entries, space.low.tolist(), space.high.tolist()


def test_each_file_is_named_as_the_environment_it_holds(env_name: str, config: EnvConfig) -> None:
    unwrapped(config)  # imports what registers it

    assert config.name == env_name
    assert config.id in gym.registry


def test_fields_actions_and_cells_fit_the_environment(field_config: EnvConfig) -> None:
    environment = Environment(field_config)

    cells = environment.cells

    assert cells.n_cells <= 12_000
    assert environment.actions.choices >= 2
    environment.close()


def test_stated_bounds_are_the_space_s_or_tighter(config: EnvConfig) -> None:
    for field, low, high in zip(*box_bounds(config.observation, unwrapped(config).observation_space), strict=True):
        assert field.low is None or (low is not None and field.low >= low - 1e-4), field.name
        assert field.high is None or (high is not None and field.high <= high + 1e-4), field.name


def test_stated_action_bounds_are_the_space_s(config: EnvConfig) -> None:
    for action, low, high in zip(*box_bounds(config.actions, unwrapped(config).action_space), strict=True):
        assert (action.low, action.high) == (low, high), action.name


def test_no_observation_leaves_its_stated_range_and_no_return_its_bound(field_config: EnvConfig) -> None:
    config, environment, env = field_config, Environment(field_config), make_env(field_config)
    low = np.array([-math.inf if field.low is None else field.low for field in config.observation])
    high = np.array([math.inf if field.high is None else field.high for field in config.observation])
    values = np.array([math.inf if field.values is None else field.values for field in config.observation])
    env.action_space.seed(0)

    for seed in range(5):
        observation, _ = env.reset(seed=seed)
        is_over, episode_return, steps = False, 0.0, 0
        while not is_over and steps < 300:
            fields = environment.observations.encode([observation])[0]
            assert (fields >= low - 1e-4).all()
            assert (fields <= high + 1e-4).all()
            assert (fields < values).all()
            action = native_actions(env.action_space, np.asarray([env.action_space.sample()]))[0]
            observation, reward, terminated, truncated, _ = env.step(action)
            is_over, episode_return, steps = terminated or truncated, episode_return + float(reward), steps + 1
        assert config.return_max is None or episode_return <= config.return_max
    env.close()
    environment.close()


def test_every_episode_has_a_step_limit_or_ends_by_itself(config: EnvConfig) -> None:
    env = make_env(config)
    env.close()

    limit = step_limit(env)

    if config.id == "Blackjack-v1":  # a hand ends at 22 at the latest
        assert limit is None
    else:
        assert limit is not None
        said = {int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", config.episode_end)}
        assert limit in said


def test_every_environment_can_be_played_by_an_llm_that_acts_itself(config: EnvConfig) -> None:
    environment, env = Environment(config), make_env(config)

    observation, _ = env.reset(seed=0)
    env.close()

    assert environment.words.tell(observation)
    assert "\n" not in environment.words.in_brief(observation)
    assert environment.words.goal
    assert environment.words.observation_schema
    assert len(environment.choices) >= 2


def test_the_noop_among_ready_made_actions_is_zero_on_every_motor(config: EnvConfig) -> None:
    environment = Environment(config)

    if isinstance(environment.action_space, spaces.Box):
        assert environment.choices.noop is not None
        assert not environment.choices.noop.native.any()


@pytest.mark.parametrize("name", LAKES)
def test_a_lake_s_map_is_the_environment_s(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)

    desc = unwrapped(config).desc

    assert map_rows(config) == ["".join(row) for row in desc.astype(str)]


@pytest.mark.parametrize("name", LAKES + CLIFFS)
def test_slips_are_as_told(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)

    outcomes = unwrapped(config).P[9][0]

    is_told = "chance 1/3" in config.dynamics
    assert is_told is bool(config.kwargs["is_slippery"])
    assert [outcome[0] for outcome in outcomes] == pytest.approx([1 / 3] * 3 if is_told else [1.0])


@pytest.mark.parametrize("name", [*LAKES, *CLIFFS])
def test_moves_go_where_their_meaning_says(load_env: LoadEnv, name: str) -> None:
    config = load_env(name.replace("_slippery", ""))
    table, columns = unwrapped(config).P, config.observation[1].values or 0
    inner = columns + 1 if name in CLIFFS else 1 * columns + 2

    for number, action in enumerate(load_env(name).actions):
        axis, sign = action.meaning.split()[:2]
        step = (columns if axis == "row" else 1) * (1 if sign == "+" else -1)
        assert table[inner][number][0][1] == inner + step, action.name


@pytest.mark.parametrize("name", CLIFFS)
def test_the_cliff_s_map_is_the_environment_s(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    env = unwrapped(config)

    rows = map_rows(config)

    assert np.array_equal(np.array([list(row) for row in rows]) == "C", env._cliff)
    assert (rows[3][0], rows[3][11]) == ("S", "G")
    assert int(np.argmax(env.initial_state_distrib)) == 36


def test_taxi_s_map_and_walls_are_the_environment_s(load_env: LoadEnv) -> None:
    config = load_env("taxi")
    env = unwrapped(config)

    drawn = re.findall(r"row \d\s+(\|.*\|)$", config.dynamics, flags=re.MULTILINE)
    blocked = {
        (row, column)
        for row in range(5)
        for column in range(4)
        if env.P[env.encode(row, column, 0, 1)][2][0][1] == env.encode(row, column, 0, 1)
    }

    assert drawn == ["".join(line) for line in env.desc.astype(str)[1:6]]
    assert blocked == {(0, 1), (1, 1), (3, 0), (4, 0), (3, 2), (4, 2)}
    for place, location in zip("RGYB", env.locs, strict=True):
        assert f"{place} at (row {location[0]}, column {location[1]})" in config.dynamics


def test_taxi_s_rewards_are_as_told(load_env: LoadEnv) -> None:
    env = unwrapped(load_env("taxi"))

    def reward(row: int, column: int, passenger: int, destination: int, action: int) -> float:
        return float(env.P[env.encode(row, column, passenger, destination)][action][0][2])

    assert reward(0, 0, 4, 0, 5) == 20
    assert reward(0, 4, 4, 0, 5) == -1  # a wrong one of the four places
    assert reward(2, 2, 4, 0, 5) == -10
    assert reward(2, 2, 0, 1, 4) == -10
    assert reward(0, 0, 0, 1, 4) == -1
    assert env.initial_state_distrib.nonzero()[0].size == 300


def test_blackjack_is_registered_with_the_rules_as_told(load_env: LoadEnv) -> None:
    env = unwrapped(load_env("blackjack"))

    assert (env.sab, env.natural) == (True, False)


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("cartpole", 3 * 3 * 6 * 6),
        ("hopper", 192),
        ("bipedal_walker_original", 10_000),
        ("bipedal_walker", 5_400),
        ("mountain_car", 320),
        ("frozen_lake", 16),
        ("frozen_lake_8x8", 64),
        ("cliff_walking", 48),
        ("taxi", 500),
        ("blackjack", 704),
    ],
)
def test_tables_have_the_cells_that_their_files_say(load_env: LoadEnv, name: str, product: int) -> None:
    environment = Environment(load_env(name))

    assert environment.cells.n_cells == product
    environment.close()


def test_the_original_s_bins_stand(load_env: LoadEnv) -> None:
    cartpole, hopper, walker = (load_env(name) for name in ("cartpole", "hopper", "bipedal_walker_original"))

    assert (cartpole.discretise.bins, cartpole.discretise.high) == ([3, 3, 6, 6], [2.4, 3.0, 0.2095, 3.0])
    assert hopper.discretise.bins == [2, 3, 2, 2, 2, 2, 1, 2, 1, 1, 1]
    assert walker.discretise.bins == [10, 10, 10, 10]
    assert len(hopper.discretise.action_values) == len(walker.discretise.action_values) == 3


def test_mountain_car_moves_by_the_equations_as_told(load_env: LoadEnv) -> None:
    batch = make_batch(load_env("mountain_car"), 1)
    slots = np.array([0])
    position, velocity = batch.reset(slots, slots)[0]

    for action in (0, 2, 1):
        velocity += (action - 1) * 0.001 - 0.0025 * math.cos(3 * position)
        position += velocity
        fields, *_ = batch.step(slots, np.array([action]))
        assert fields[0] == pytest.approx([position, velocity], abs=1e-6)
    batch.close()


def test_acrobot_accelerates_by_the_equations_as_told(load_env: LoadEnv) -> None:
    env = unwrapped(load_env("acrobot"))
    theta1, theta2, w1, w2, torque = 0.4, -0.7, 1.1, -0.6, 1.0

    d1 = 0.25 + (1.25 + math.cos(theta2)) + 2
    d2 = 0.25 + 0.5 * math.cos(theta2) + 1
    phi2 = 4.9 * math.sin(theta1 + theta2)
    phi1 = -0.5 * w2**2 * math.sin(theta2) - w1 * w2 * math.sin(theta2) + 14.7 * math.sin(theta1) + phi2
    a2 = (torque + d2 / d1 * phi1 - 0.5 * w1**2 * math.sin(theta2) - phi2) / (1.25 - d2**2 / d1)
    a1 = -(d2 * a2 + phi1) / d1

    assert env._dsdt(np.array([theta1, theta2, w1, w2, torque]))[2:4] == pytest.approx((a1, a2))


def test_pendulum_swings_by_the_equations_as_told(load_env: LoadEnv) -> None:
    env = make_env(load_env("pendulum"))
    env.reset(seed=1)
    theta, w = env.unwrapped.state

    _, reward, *_ = env.step(np.array([1.5], dtype=np.float32))
    env.close()

    expected = w + (15 * math.sin(theta) + 3 * 1.5) * 0.05
    assert env.unwrapped.state == pytest.approx([theta + expected * 0.05, expected])
    assert reward == pytest.approx(-(theta**2 + 0.1 * w**2 + 0.001 * 1.5**2))


def test_the_push_of_the_pendulums_is_as_told(load_env: LoadEnv) -> None:
    single, double = make_env(load_env("inverted_pendulum")), make_env(load_env("inverted_double_pendulum"))
    for env in (single, double):
        env.reset(seed=0)
        env.unwrapped.set_state(np.zeros(env.unwrapped.model.nq), np.zeros(env.unwrapped.model.nv))

    after_single, after_double = single.step(np.array([1.0]))[0], double.step(np.array([0.1]))[0]

    assert after_single[2:] == pytest.approx([0.33, -0.76], abs=0.01)
    assert after_double[5:8] == pytest.approx([0.21, -0.44, 0.56], abs=0.01)
    assert (single.unwrapped.dt, double.unwrapped.dt) == pytest.approx((0.04, 0.05))
    single.close()
    double.close()


def test_the_lander_s_engines_turn_it_as_told(load_env: LoadEnv) -> None:
    env = make_env(load_env("lunar_lander"))
    turned = {}
    for action in range(4):
        before = env.reset(seed=1)[0]
        after = env.step(action)[0]
        turned[action] = (after - before)[[2, 3, 5]]
    legs = [leg.position.x - env.unwrapped.lander.position.x for leg in env.unwrapped.legs]
    env.close()

    assert turned[1][2] > 0.02 > -0.02 > turned[3][2]  # left engine: counter-clockwise
    assert turned[1][0] < 0 < turned[3][0]
    assert turned[2][1] > turned[0][1] + 0.01  # a third of its mean at least, the rest is scatter
    assert legs[0] > 0 > legs[1]  # the first contact is the right leg's


def test_the_engines_of_the_continuous_lander_have_the_power_as_told(load_env: LoadEnv) -> None:
    env = make_env(load_env("lunar_lander_continuous"))

    def turned_and_lifted(main: float, side: float) -> tuple[float, float]:
        gained = np.zeros(8)
        for seed in range(20):
            for sign, action in ((-1, (0.0, 0.0)), (1, (main, side))):
                env.reset(seed=seed)
                gained += sign * env.step(np.array(action, dtype=np.float32))[0] / 20
        return float(gained[5]), float(gained[3])

    assert turned_and_lifted(0, 0.49) == turned_and_lifted(-1, 0) == (0, 0)
    assert turned_and_lifted(0, 1)[0] == pytest.approx(-0.04, abs=0.01)  # right engine: clockwise
    assert turned_and_lifted(0, -0.51)[0] == pytest.approx(0.02, abs=0.005)
    assert turned_and_lifted(1, 0)[1] == pytest.approx(0.047, abs=0.01)
    assert turned_and_lifted(0.01, 0)[1] == pytest.approx(0.023, abs=0.005)
    env.close()
