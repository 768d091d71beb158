"""The Fetch tasks: what their files say, held against the environments."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.frames import record_gif
from llmrl_runner.envs.heuristics import find_heuristic
from llmrl_runner.envs.network import make_network_env

LoadEnv = Callable[[str], EnvConfig]
TASKS = ["fetch_reach", "fetch_push"]


@pytest.mark.parametrize("name", TASKS)
def test_fields_come_in_the_order_in_which_a_network_gets_them(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    plain, flat = make_env(config), make_network_env(config)

    observation, _ = plain.reset(seed=4)
    rows = Environment(config).observations.encode([observation])
    numbers, _ = flat.reset(seed=4)

    assert np.array_equal(rows[0], numbers)
    plain.close(), flat.close()


@pytest.mark.parametrize("name", TASKS)
def test_fields_are_what_their_names_say(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    env = make_env(config)
    observation, _ = env.reset(seed=1)
    for _ in range(3):
        observation, *_ = env.step(np.array([0.5, -1, 1, 0], dtype=np.float32))
    before = observation["observation"][:3]
    observation, *_ = env.step(np.array([0.5, -1, 1, 0], dtype=np.float32))
    names = [field.name for field in config.observation]
    field = dict(zip(names, Environment(config).observations.encode([observation])[0], strict=True))
    env.close()

    def point(what: str) -> list[float]:
        return [float(field[f"{what} {axis}"]) for axis in "xyz"]

    moved = "box" if name == "fetch_push" else "gripper"
    assert point("achieved") == point(moved) == observation["achieved_goal"].tolist()
    assert point("goal") == observation["desired_goal"].tolist()
    assert point("gripper velocity") == pytest.approx((0.7 * (np.array(point("gripper")) - before)).tolist(), abs=1e-3)
    if name == "fetch_push":
        assert point("box from gripper") == pytest.approx(np.subtract(point("box"), point("gripper")).tolist())


def test_a_move_goes_as_far_as_told(load_env: LoadEnv) -> None:
    env = make_env(load_env("fetch_reach"))

    for axis, move in enumerate(np.eye(4, dtype=np.float32)[:3]):
        places = [env.reset(seed=0)[0]["achieved_goal"][axis]]
        places += [env.step(move)[0]["achieved_goal"][axis] for _ in range(3)]
        assert np.diff(places) == pytest.approx([0.030, 0.033, 0.033], abs=0.0015)
    env.close()


@pytest.mark.parametrize("name", TASKS)
def test_goals_are_drawn_from_where_their_fields_say(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    env = make_env(config)
    goals = np.array([env.reset(seed=seed)[0]["desired_goal"] for seed in range(60)])
    env.close()

    bounds = np.array([(field.low, field.high) for field in config.observation if field.name.startswith("goal")])

    assert (goals >= bounds[:, 0]).all()
    assert (goals <= bounds[:, 1]).all()


@pytest.mark.parametrize(("name", "at_least"), [("fetch_reach", 10), ("fetch_push", 7)])
def test_an_expert_ends_its_episodes_with_a_success(load_env: LoadEnv, name: str, at_least: int) -> None:
    config = load_env(name)
    env, make = make_env(config), find_heuristic(config)

    last = []
    for seed in range(10):
        observation, _ = env.reset(seed=seed)
        act, is_over, reward = make(env), False, -1.0
        while not is_over:
            observation, paid, terminated, truncated, _ = env.step(act(observation))
            is_over, reward = terminated or truncated, float(paid)
        last.append(reward)
    env.close()

    assert last.count(0.0) >= at_least


@pytest.mark.parametrize("name", TASKS)
def test_the_native_id_is_the_same_task_with_the_distance_for_a_reward(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    env = make_env(config)  # registers both
    config.id = str(config.native_id)
    dense = make_env(config)
    action = np.array([1, 0, 0, 0], dtype=np.float32)

    (first, _), (second, _) = env.reset(seed=7), dense.reset(seed=7)
    after, reward, *_ = dense.step(action)
    env.close(), dense.close()

    assert all(np.array_equal(first[key], second[key]) for key in first)
    assert reward == pytest.approx(-np.linalg.norm(after["achieved_goal"] - after["desired_goal"]))


def test_a_version_that_was_taken_out_names_the_one_in_its_place(load_env: LoadEnv) -> None:
    config = load_env("fetch_reach")
    config.id = "FetchReach-v3"

    with pytest.raises(ConfigError) as caught:
        make_env(config)

    assert str(caught.value) == "env.id: `FetchReach-v3` can't be made any more; `FetchReach-v4` took its place"


def test_registering_them_prints_nothing() -> None:
    code = "from llmrl_runner.envs.build import make_env\nfrom tests.envs.files import load_env\n"

    made = subprocess.run(
        [sys.executable, "-c", f"{code}make_env(load_env('fetch_reach')).close()"], capture_output=True, text=True
    )

    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def test_an_episode_is_drawn_or_its_lack_of_a_picture_explained(load_env: LoadEnv, tmp_path: Path) -> None:
    path = tmp_path / "episode.gif"

    reason = record_gif(load_env("fetch_reach"), lambda rows: np.zeros((len(rows), 4)), 0, path, 3, 64)

    assert path.exists() if reason is None else "EGL" in reason
