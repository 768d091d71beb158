"""What an LLM is told of a whole MiniGrid world, held against the world."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from minigrid.core.world_object import Ball, Box, Door, Goal, Key, Lava

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.minigrid_map import MiniGridMap, ranges

LoadEnv = Callable[[str], EnvConfig]
LISTED = re.compile(r"^- (?P<name>.+): row (?P<row>\d+), column (?P<column>\d+)$", re.MULTILINE)
COMPASS = ("east", "south", "west", "north")
SIGNS = {"wall": "#", "key": "K", "ball": "B", "box": "X", "goal": "G", "lava": "~"}
WORLDS = ("MiniGrid-MultiRoom-N4-S5-v1", "MiniGrid-KeyCorridorS3R3-v0", "MiniGrid-LavaCrossingS9N1-v0")


@contextmanager
def world_of(env_id: str, seed: int = 0) -> Iterator[tuple[Env, MiniGridMap]]:
    env = gym.make(env_id)
    env.reset(seed=seed)
    try:
        yield env, MiniGridMap(EnvConfig(name="any", id=env_id, goal="a goal", reward="a reward"), env)
    finally:
        env.close()


def drawn(told: str) -> dict[tuple[int, int], str]:
    """The map in a text: the sign in each (column, row)."""
    lines = told.splitlines()
    header = next(line for line in lines if line.startswith("column "))
    columns = [int(number) for number in header.split()[1:]]
    rows = [line.split("   free: ")[0].split() for line in lines if re.match(r"row \d", line)]
    assert all(len(row) == len(columns) + 2 for row in rows)
    return {(column, int(row[1])): sign for row in rows for column, sign in zip(columns, row[2:], strict=True)}


def listed(told: str) -> set[tuple[int, int, str]]:
    return {(int(line["column"]), int(line["row"]), line["name"]) for line in LISTED.finditer(told)}


def free(told: str) -> set[tuple[int, int]]:
    """The (column, row) that the lists beside the map call free."""
    found = set()
    for row, spans in re.findall(r"^row (\d+) .*   free: (.+)$", told, re.MULTILINE):
        for span in [] if spans == "none" else spans.split(", "):
            first, _, last = span.partition("-")
            found |= {(column, int(row)) for column in range(int(first), int(last or first) + 1)}
    return found


def sign_of(thing: Any) -> str:
    if thing is None or thing.type == "floor":
        return "."
    if thing.type == "door":
        return "O" if thing.is_open else "L" if thing.is_locked else "D"
    return SIGNS[thing.type]


@pytest.mark.parametrize("env_id", WORLDS)
@pytest.mark.parametrize("seed", range(3))
def test_every_cell_of_the_map_shows_what_is_there_in_the_world_s_own_rows_and_columns(env_id: str, seed: int) -> None:
    with world_of(env_id, seed) as (env, words):
        told, world = words.tell(env), env.unwrapped
        things = {(x, y): world.grid.get(x, y) for x in range(world.width) for y in range(world.height)}

        for cell, sign in drawn(told).items():
            if cell == tuple(world.agent_pos):
                assert sign == ">v<^"[world.agent_dir]
            else:
                assert sign in (sign_of(things[cell]), "-")
                assert sign != "-" or things[cell] is None
        shown = {cell for cell, thing in things.items() if thing is not None}
        assert shown <= set(drawn(told))


def test_the_void_around_rooms_is_left_out_and_that_between_them_is_not_floor() -> None:
    with world_of("MiniGrid-MultiRoom-N4-S5-v1", 2) as (env, words):
        told, world = words.tell(env), env.unwrapped

        inside = {
            (x, y)
            for room in world.rooms
            for x in range(room.top[0] + 1, room.top[0] + room.size[0] - 1)
            for y in range(room.top[1] + 1, room.top[1] + room.size[1] - 1)
        }
        floor = {cell for cell in inside if world.grid.get(*cell) is None}
        assert free(told) == floor
        assert len(drawn(told)) < world.width * world.height
        assert "-" in drawn(told).values()


def test_a_state_is_told_in_full(load_env: LoadEnv) -> None:
    config = load_env("empty_8x8")
    env = make_env(config)
    env.reset(seed=0)
    world: Any = env.unwrapped
    world.grid.set(4, 3, Door("red", is_locked=True))
    world.grid.set(2, 5, Box("blue", contains=Key("green")))
    world.grid.set(5, 1, Lava())
    world.agent_pos, world.agent_dir, world.carrying = (3, 3), 0, Key("red")

    told = Environment(config).map_words.tell(env)

    assert told.splitlines() == [
        "Mission: get to the green goal square",
        "You: row 3, column 3, facing east, carrying a red key, in front: a locked red door",
        "Objects:",
        "- lava: row 1, column 5",
        "- locked red door: row 3, column 4",
        "- blue box: row 5, column 2",
        "- green goal: row 6, column 6",
        "Map (# wall, . free floor, > you facing east, G goal, L locked door, X box, ~ lava):",
        "column    0  1  2  3  4  5  6  7",
        "row 0     #  #  #  #  #  #  #  #   free: none",
        "row 1     #  .  .  .  .  ~  .  #   free: 1-4, 6",
        "row 2     #  .  .  .  .  .  .  #   free: 1-6",
        "row 3     #  .  .  >  L  .  .  #   free: 1-3, 5-6",
        "row 4     #  .  .  .  .  .  .  #   free: 1-6",
        "row 5     #  .  X  .  .  .  .  #   free: 1, 3-6",
        "row 6     #  .  .  .  .  .  G  #   free: 1-5",
        "row 7     #  #  #  #  #  #  #  #   free: none",
    ]
    env.close()


@pytest.mark.parametrize("contents", [None, Key("green"), Ball("red")])
def test_what_a_box_holds_is_not_told(contents: Any, load_env: LoadEnv) -> None:
    config = load_env("empty_8x8")
    env = make_env(config)
    env.reset(seed=0)
    env.unwrapped.grid.set(2, 5, Box("blue", contains=contents))

    told = Environment(config).map_words.tell(env)
    env.close()

    assert {name for _, _, name in listed(told)} == {"blue box", "green goal"}


@pytest.mark.parametrize("direction", range(4))
def test_where_the_agent_is_and_faces_is_told_in_a_line_in_every_direction(direction: int, load_env: LoadEnv) -> None:
    config = load_env("empty_8x8")
    env = make_env(config)
    env.reset(seed=0)
    world: Any = env.unwrapped
    world.agent_pos, world.agent_dir = (3, 2), direction
    world.grid.set(3, 2, Door("grey", is_open=True))
    world.grid.set(*world.front_pos, Goal())

    where = Environment(config).map_words.where(env)
    env.close()

    expected = f"row 2, column 3, facing {COMPASS[direction]}, carrying nothing, in front: a green goal"
    assert where == f"{expected}, standing in an open grey door"


@pytest.mark.parametrize("seed", range(3))
def test_in_random_play_words_change_just_where_the_world_does(grid_config: EnvConfig, seed: int) -> None:
    environment, env = Environment(grid_config), make_env(grid_config)
    random = np.random.default_rng(seed)
    env.reset(seed=seed)

    def state() -> tuple[Any, ...]:
        world: Any = env.unwrapped
        carried = world.carrying and world.carrying.encode()
        return world.grid.encode().tobytes(), tuple(world.agent_pos), world.agent_dir, carried

    told, before = environment.map_words.tell(env), state()
    for action in random.choice([0, 1, 2, 2, 2, 3, 4, 5, 6], size=25):
        _, _, terminated, truncated, _ = env.step(action)
        told_now, now = environment.map_words.tell(env), state()
        assert (told_now == told) is (now == before)
        told, before = told_now, now
        if terminated or truncated:
            break
    env.close()


def test_every_sign_of_the_schema_and_every_line_is_explained(load_env: LoadEnv) -> None:
    with world_of("MiniGrid-KeyCorridorS3R3-v0") as (env, words):
        told = words.tell(env)

    for label in re.findall(r"^(\w+)(?=[: ])", told, flags=re.MULTILINE):
        assert label in ("column", "row") or f"- {label}:" in words.schema
    for sign in drawn(told).values():
        assert f"{sign} " in words.schema.splitlines()[-1]


def test_a_world_that_is_no_grid_is_refused_by_its_key(load_env: LoadEnv) -> None:
    config = load_env("cartpole")
    config.map_words = load_env("doorkey_6x6").map_words

    with pytest.raises(ConfigError, match=r"MiniGrid's; CartPole-v1 is none") as error:
        _ = Environment(config).map_words

    assert error.value.key == "env.map_words"


@pytest.mark.parametrize("path", [None, "llmrl_runner.envs.words.FieldWords", "llmrl_runner.envs.minigrid_map.ranges"])
def test_an_environment_without_words_for_its_whole_state_is_refused_by_its_key(path: str, load_env: LoadEnv) -> None:
    config = load_env("frozen_lake")
    config.map_words = path

    with pytest.raises(ConfigError) as error:
        _ = Environment(config).map_words

    assert error.value.key == "env.map_words"
    assert path is not None or "demos.kind=steps" in error.value.problem


@given(st.sets(st.integers(0, 60)))
def test_ranges_name_the_same_numbers_and_no_two_that_touch(numbers: set[int]) -> None:
    text = ranges(sorted(numbers))

    spans = [] if text == "none" else [[int(end) for end in span.split("-")] for span in text.split(", ")]
    assert {number for span in spans for number in range(span[0], span[-1] + 1)} == numbers
    assert all(later[0] > earlier[-1] + 1 for earlier, later in pairwise(spans))
