"""What `env=minigrid env.id=...` says of every MiniGrid world, held against the worlds."""

from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import minigrid  # noqa: F401  registers the worlds
import numpy as np
import pytest
from minigrid.core.world_object import Ball, Box, Door, Key, Lava

from llmrl_runner.config.environment_schema import ActionConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env, step_limit
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network_batch import make_network_batch
from tests.envs.files import load_env, load_world
from tests.envs.grid_worlds import (
    DONE,
    DROP,
    FORWARD,
    PICK_UP,
    TOGGLE,
    Cell,
    doors,
    stand_before,
    started,
    things,
)

SLOW = "MiniGrid-WFC-"  # their worlds take seconds to lay out
WORLDS = sorted(name for name in gym.registry if name.startswith("MiniGrid-") and not name.startswith(SLOW))
THREE_ACTIONS = [name for name in WORLDS if "Dynamic-Obstacles" in name]
SHARED = (
    "module",
    "observation",
    "words",
    "return_max",
    "success",
    "network_wrapper",
    "network_like",
    "network_batch",
    "map_words",
    "reward_rows",
    "reward_fields",
)
PAID, UNPAID, GOES_ON = (True, True), (True, False), (False, False)


@pytest.fixture
def put_near() -> Iterator[Any]:
    env = make_env(load_world("MiniGrid-PutNear-8x8-N3-v0"))
    env.reset(seed=0)
    yield env.unwrapped
    env.close()


def ended(outcome: tuple[Any, ...]) -> tuple[bool, bool]:
    """Whether the episode has ended, and whether that was paid."""
    return bool(outcome[2]), outcome[1] > 0


def test_it_shares_with_the_other_minigrid_files_what_is_not_the_world_s() -> None:
    ours, theirs = load_world(WORLDS[0]), load_env("empty_8x8")

    assert {key: getattr(ours, key) for key in SHARED} == {key: getattr(theirs, key) for key in SHARED}


@pytest.mark.parametrize("world", [name for name in WORLDS if name not in THREE_ACTIONS])
def test_every_world_is_begun_and_told_by_its_id(world: str) -> None:
    config = load_world(world)
    environment, env = Environment(config), make_env(config)

    observation, _ = env.reset(seed=0)
    env.close()
    environment.close()

    assert config.name == world
    assert f"The world is {world}." in " ".join(environment.words.goal.split())
    assert f"Mission: {observation['mission']}" in environment.words.tell(observation)
    assert 30 <= (step_limit(env) or 0) <= 3600
    assert env.unwrapped.carrying is None


@pytest.mark.parametrize("world", ["MiniGrid-FourRooms-v0", "MiniGrid-Dynamic-Obstacles-5x5-v0"])
def test_a_world_by_its_id_is_played_by_a_network_whatever_its_rules(world: str) -> None:
    batch = make_network_batch(load_world(world), 2)
    slots = np.arange(2)

    first = batch.reset(slots, slots)
    after, *_ = batch.step(slots, np.array([FORWARD, FORWARD]))
    batch.close()

    assert first.shape == after.shape == (2, *(batch.observation_space.shape or ()))


@pytest.mark.parametrize("world", THREE_ACTIONS)
def test_a_world_of_three_actions_needs_them_named(world: str) -> None:
    config = load_world(world)

    with pytest.raises(ConfigError, match=r"^env\.actions: 3 entries needed"):
        _ = Environment(config).choices
    config.actions = [ActionConfig(action.name) for action in config.actions[:3]]
    environment = Environment(config)

    assert len(environment.choices) == 3
    environment.close()


@pytest.mark.parametrize("world", ["MiniGrid-LavaCrossingS9N1-v0", "MiniGrid-FourRooms-v0"])
def test_lava_can_be_walked_onto_and_ends_the_episode_unpaid(world: str) -> None:
    begun = started(load_world(world), 0)
    front = tuple(int(number) for number in begun.front_pos)
    begun.grid.set(*front, Lava())

    assert ended(begun.step(FORWARD)) == UNPAID
    assert tuple(begun.agent_pos) == front


@pytest.mark.parametrize("held", [None, Key("red")])
def test_what_a_box_held_lies_in_its_place(held: Any) -> None:
    begun = started(load_world("MiniGrid-FourRooms-v0"), 0)
    begun.grid.set(*begun.front_pos, Box("red", contains=held))

    begun.step(TOGGLE)

    assert begun.grid.get(*begun.front_pos) is held


@pytest.mark.parametrize("world", ["MiniGrid-GoToDoor-8x8-v0", "MiniGrid-GoToObject-8x8-N2-v0"])
def test_going_to_a_thing_is_fulfilled_by_done_right_beside_it(world: str) -> None:
    def outcome(action: int, near: bool) -> tuple[bool, bool]:
        begun = started(load_world(world), 1)
        target = tuple(int(number) for number in begun.target_pos)
        stand_before(begun, target)
        begun.agent_dir = (begun.agent_dir + 1) % 4  # beside it, whatever the direction
        if not near:
            begun.agent_pos = diagonal_to(begun, target)
        return ended(begun.step(action))

    assert outcome(DONE, near=True) == PAID
    assert outcome(DONE, near=False) == UNPAID
    assert outcome(TOGGLE, near=True) == UNPAID
    assert outcome(PICK_UP, near=True) == GOES_ON


def diagonal_to(world: Any, target: Any) -> Cell:
    """A free cell that shares a corner with the target, and no side."""
    corners = [(target[0] + dx, target[1] + dy) for dx in (-1, 1) for dy in (-1, 1)]
    inside = [(x, y) for x, y in corners if 0 < x < world.width - 1 and 0 < y < world.height - 1]
    return next(cell for cell in inside if world.grid.get(*cell) is None)


@pytest.mark.parametrize("is_the_mission_s", [True, False])
def test_fetching_another_thing_than_the_mission_s_ends_the_episode_unpaid(is_the_mission_s: bool) -> None:
    begun = started(load_world("MiniGrid-Fetch-8x8-N3-v0"), 0)
    wanted = (begun.targetType, begun.targetColor)
    found = [cell for kind in ("key", "ball") for cell in things(begun, kind)]
    thing = next(cell for cell in found if (kind_of(begun, cell) == wanted) is is_the_mission_s)
    stand_before(begun, thing)

    assert ended(begun.step(PICK_UP)) == (PAID if is_the_mission_s else UNPAID)


def kind_of(world: Any, cell: Cell) -> tuple[str, str]:
    thing = world.grid.get(*cell)
    return thing.type, thing.color


def test_putting_near_counts_corners_and_any_drop_ends_the_episode(put_near: Any) -> None:
    moved, target = put_near.move_pos, put_near.target_pos

    def outcome(distance: int) -> tuple[bool, bool]:
        put_near.reset(seed=0)
        put_near.carrying = put_near.grid.get(*moved)
        put_near.grid.set(*moved, None)
        corners = [(target[0] + dx, target[1] + dy) for dx in (-distance, distance) for dy in (-distance, distance)]
        place = next((x, y) for x, y in corners if 0 < x < 7 and 0 < y < 7 and put_near.grid.get(x, y) is None)
        stand_before(put_near, place)
        return ended(put_near.step(DROP))

    assert outcome(distance=1) == PAID
    assert outcome(distance=2) == UNPAID


def test_picking_up_another_thing_than_the_one_to_be_put_near_ends_the_episode(put_near: Any) -> None:
    stand_before(put_near, put_near.target_pos)

    assert ended(put_near.step(PICK_UP)) == UNPAID


@pytest.mark.parametrize(("red_is_open", "outcome"), [(True, PAID), (False, UNPAID)])
def test_the_blue_door_is_opened_while_the_red_one_is_open(red_is_open: bool, outcome: tuple[bool, bool]) -> None:
    begun = started(load_world("MiniGrid-RedBlueDoors-8x8-v0"), 0)
    begun.red_door.is_open = red_is_open
    stand_before(begun, next(cell for cell, door in doors(begun).items() if door.color == "blue"))

    assert ended(begun.step(TOGGLE)) == outcome


@pytest.mark.parametrize(("at_the_same_kind", "outcome"), [(True, PAID), (False, UNPAID)])
def test_a_memory_ends_before_either_object_and_is_paid_at_the_kind_of_the_first_room(
    at_the_same_kind: bool, outcome: tuple[bool, bool]
) -> None:
    for seed in range(4):
        begun = started(load_world("MiniGrid-MemoryS9-v0"), seed)
        found = sorted(cell for kind in ("key", "ball") for cell in things(begun, kind))
        first, *others = [(cell, begun.grid.get(*cell).type) for cell in found]
        place = next(cell for cell, kind in others if (kind == first[1]) is at_the_same_kind)
        before = (place[0], place[1] + (1 if place[1] < begun.height // 2 else -1))
        stand_before(begun, before)

        assert begun.grid.get(*first[0]).color == begun.grid.get(*place).color
        assert ended(begun.step(FORWARD)) == outcome


def test_picking_up_toggles_in_a_memory() -> None:
    begun = started(load_world("MiniGrid-MemoryS9-v0"), 0)
    door = Door("red")
    begun.grid.set(*begun.front_pos, door)
    begun.step(PICK_UP)
    begun.grid.set(*begun.front_pos, Ball("red"))
    begun.step(PICK_UP)

    assert door.is_open
    assert begun.carrying is None


def test_walking_into_a_ball_or_a_wall_among_moving_balls_costs_one() -> None:
    for seed, thing in ((0, Ball("red")), (1, None)):
        begun = started(load_world("MiniGrid-Dynamic-Obstacles-8x8-v0"), seed)
        if thing is None:
            begun.agent_dir = 2  # from the north-west corner, to the wall
        else:
            begun.grid.set(*begun.front_pos, thing)
        _, reward, terminated, *_ = begun.step(FORWARD)
        assert (reward, terminated) == (-1, True)


def test_balls_move_to_a_cell_next_to_them_at_every_step() -> None:
    begun = started(load_world("MiniGrid-Dynamic-Obstacles-8x8-v0"), 0)
    moved = 0
    for _ in range(20):
        before = [tuple(ball.cur_pos) for ball in begun.obstacles]
        begun.step(0)
        after = [tuple(ball.cur_pos) for ball in begun.obstacles]
        steps = [max(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in zip(before, after, strict=True)]
        assert max(steps) <= 1
        moved += sum(steps)

    assert moved > 70  # of 80; one that is hemmed in stays


def test_a_playground_asks_nothing_and_pays_nothing() -> None:
    env = make_env(load_world("MiniGrid-Playground-v0"))
    observation, _ = env.reset(seed=0)
    env.action_space.seed(0)

    paid = [env.step(env.action_space.sample())[1] for _ in range(100)]
    env.close()

    assert observation["mission"] == ""
    assert not any(paid)
