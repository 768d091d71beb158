"""What the files of MiniGrid's larger worlds say of them, held against many episodes."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.build import make_env
from tests.envs.files import GRID_ENVS
from tests.envs.grid_worlds import (
    DROP,
    FORWARD,
    PICK_UP,
    TOGGLE,
    Cell,
    beside,
    cells,
    doors,
    every_door,
    reached,
    stand_before,
    started,
    things,
    unlocked_doors,
)

LoadEnv = Callable[[str], EnvConfig]
SEEDS = range(25)
CORRIDORS = [name for name in GRID_ENVS if name.startswith("key_corridor_") and not name.endswith("r1")]
CARRIED_TO_THE_END = [*CORRIDORS, "key_corridor_s3r1", "unlock_pickup", "obstructed_maze_2dlh"]


def worlds(config: EnvConfig) -> list[Any]:
    return [started(config, seed) for seed in SEEDS]


def only(found: list[Cell]) -> Cell:
    [cell] = found
    return cell


def locked(world: Any) -> list[Cell]:
    return [cell for cell, door in doors(world).items() if door.is_locked]


def starts(found: list[Any]) -> tuple[set[Cell], set[int]]:
    """Where the agents stand, and the directions that they face."""
    return {(int(w.agent_pos[0]), int(w.agent_pos[1])) for w in found}, {int(w.agent_dir) for w in found}


# -------------------------------------------------------------------------------------------------- how they end


@pytest.mark.parametrize("name", CARRIED_TO_THE_END)
def test_picking_up_the_mission_s_thing_ends_the_episode_with_the_reward_as_told(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    limit = int(re.search(r"t / ([\d,]+) for", config.reward)[1].replace(",", ""))  # type: ignore[index]
    env = make_env(config)
    for seed in SEEDS:
        env.reset(seed=seed)
        world: Any = env.unwrapped
        stand_before(world, only(things(world, "box" if name == "unlock_pickup" else "ball")))

        _, reward, terminated, *_ = env.step(PICK_UP)

        assert (terminated, reward) == (True, pytest.approx(1 - 0.9 / limit))
        assert world.mission == f"pick up the {world.carrying.color} {world.carrying.type}"
    env.close()


@pytest.mark.parametrize("name", ["locked_room", "multi_room_n4_s5"])
def test_walking_onto_the_goal_ends_the_episode_with_the_reward_as_told(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    env = make_env(config)
    env.reset(seed=0)
    world: Any = env.unwrapped
    stand_before(world, only(things(world, "goal")))

    _, reward, terminated, *_ = env.step(FORWARD)
    env.close()

    assert (terminated, reward) == (True, pytest.approx(1 - 0.9 / world.max_steps))


@pytest.mark.parametrize("name", CARRIED_TO_THE_END)
def test_what_is_carried_has_to_be_dropped_first_and_not_into_a_doorway(load_env: LoadEnv, name: str) -> None:
    world = started(load_env(name), 0)
    door = locked(world)[0]
    world.grid.get(*door).is_open = True
    key = (
        world.grid.get(*only(things(world, "key")))
        if things(world, "key")
        else world.grid.get(*things(world, "box")[0])
    )
    world.carrying = key
    stand_before(world, door)

    world.step(DROP)
    stand_before(world, only(things(world, "box" if name == "unlock_pickup" else "ball")))
    *_, terminated, _, _ = world.step(PICK_UP)

    assert world.carrying is key
    assert not terminated


# -------------------------------------------------------------------------------------------------- unlock_pickup


def test_unlock_pickup_s_rooms_are_as_told(load_env: LoadEnv) -> None:
    found = worlds(load_env("unlock_pickup"))

    for world in found:
        door, key, box = (only(things(world, kind)) for kind in ("door", "key", "box"))
        assert (world.width, world.height, door[0]) == (11, 6, 5)
        assert key[0] < door[0] < box[0]
        assert world.grid.get(*door).is_locked
        assert world.grid.get(*door).color == world.grid.get(*key).color
        assert box not in reached(world, unlocked_doors)
    places, directions = starts(found)
    assert len(places) > 10
    assert all(place[0] < 5 for place in places)
    assert directions == {0, 1, 2, 3}
    for kind in ("door", "box"):
        assert len({world.grid.get(*only(things(world, kind))).color for world in found}) > 2


def test_a_box_that_is_toggled_is_gone_and_the_mission_with_it(load_env: LoadEnv) -> None:
    world = started(load_env("unlock_pickup"), 0)
    stand_before(world, only(things(world, "box")))

    world.step(TOGGLE)

    assert not things(world, "box")


# -------------------------------------------------------------------------------------------------- key_corridor


@pytest.mark.parametrize("name", CORRIDORS)
def test_a_key_corridor_is_as_told(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    side, rows = (int(number) for number in re.findall(r"\d", name))
    inner = side - 2
    size = "a single cell" if inner == 1 else f"{inner} x {inner} cells"
    found = worlds(config)

    assert f"There are {rows} rooms on either side of a hallway, each of {size}." in " ".join(config.goal.split())
    for world in found:
        assert f"{world.width} x {world.height} cells" in config.goal
        west, east = side - 1, 2 * (side - 1)
        hallway = {(x, y) for x in range(west + 1, east) for y in range(1, world.height - 1)}
        assert all(world.grid.get(*cell) is None for cell in hallway)
        assert tuple(world.agent_pos) in hallway
        door, key, ball = only(locked(world)), only(things(world, "key")), only(things(world, "ball"))
        assert (door[0], key[0] < west, ball[0] > east) == (east, True, True)
        assert world.grid.get(*door).color == world.grid.get(*key).color
        assert not any(each.is_open for each in doors(world).values())
        room_s_doors = [place for place in doors(world) if in_wall_of(place, ball, side)]
        assert room_s_doors == [door]
        rooms = {cell for cell in cells(world) if world.grid.get(*cell) is None or cell in (key, ball)}
        assert key in reached(world, unlocked_doors)
        assert rooms - reached(world, unlocked_doors) == {cell for cell in rooms if same_room(cell, ball, side)}
    assert len({only(locked(world))[1] // (side - 1) for world in found}) == rows
    assert len({only(things(world, "key"))[1] // (side - 1) for world in found}) == rows
    assert starts(found)[1] == {0, 1, 2, 3}


def same_room(cell: Cell, other: Cell, side: int) -> bool:
    return all(a // (side - 1) == b // (side - 1) for a, b in zip(cell, other, strict=True)) and all(
        a % (side - 1) for a in cell
    )


def in_wall_of(door: Cell, ball: Cell, side: int) -> bool:
    return any(same_room(cell, ball, side) for cell in beside(door))


# -------------------------------------------------------------------------------------------------- locked_room


def test_the_locked_room_is_as_told(load_env: LoadEnv) -> None:
    config = load_env("locked_room")
    found = worlds(config)

    for world in found:
        assert f"{world.width} x {world.height} cells" in config.goal
        door, key, goal = only(locked(world)), only(things(world, "key")), only(things(world, "goal"))
        there = doors(world)
        assert sorted(there) == [(x, y) for x in (7, 11) for y in (3, 9, 15)]
        assert len({each.color for each in there.values()}) == 6
        assert not any(each.is_open for each in there.values())
        assert reached(world, lambda _: False) == {(x, y) for x in (8, 9, 10) for y in range(1, 18)}
        named = [there[room_s_door(cell)].color for cell in (key, goal)]
        assert world.mission == (
            f"get the {named[1]} key from the {named[0]} room, unlock the {named[1]} door and go to the goal"
        )
        assert (room_s_door(goal), room_s_door(key) != door) == (door, True)
        assert world.grid.get(*key).color == there[door].color
        open_floor = reached(world, unlocked_doors)
        assert key in open_floor
        rooms = {(x, y) for x in [*range(1, 7), *range(12, 18)] for y in range(1, 18) if y not in (6, 12)}
        assert rooms - open_floor == {cell for cell in rooms if room_s_door(cell) == door}
    assert len({only(locked(world)) for world in found}) == 6
    assert starts(found)[1] == {0, 1, 2, 3}


def room_s_door(cell: Cell) -> Cell:
    """The door of the room in which the cell is."""
    return (7 if cell[0] < 7 else 11, 3 + 6 * ((cell[1] - 1) // 6))


# -------------------------------------------------------------------------------------------------- multi_room


def test_the_rooms_of_multi_room_are_a_chain_as_told(load_env: LoadEnv) -> None:
    config = load_env("multi_room_n4_s5")
    found = worlds(config)

    for world in found:
        assert f"{world.width} x {world.height} cells" in " ".join(config.goal.split())
        rooms = [inside(room) for room in world.rooms]
        assert len(rooms) == 6
        assert {extent - 2 for room in world.rooms for extent in room.size} <= {2, 3}
        chain = [room.entryDoorPos for room in world.rooms[1:]]
        there = doors(world)
        assert sorted(chain) == sorted(there)
        assert not any(door.is_open or door.is_locked for door in there.values())
        colours = [there[place].color for place in chain]
        assert all(one != other for one, other in pairwise(colours))
        for place, one, other in zip(chain, rooms, rooms[1:], strict=False):
            assert len(set(beside(place)) & one) == len(set(beside(place)) & other) == 1
        assert reached(world, every_door) == set().union(*rooms, chain)
        assert tuple(world.agent_pos) in rooms[0]
        assert only(things(world, "goal")) in rooms[-1]
        assert not [cell for kind in ("key", "ball", "box") for cell in things(world, kind)]
    assert starts(found)[1] == {0, 1, 2, 3}


def inside(room: Any) -> set[Cell]:
    (left, top), (width, height) = room.top, room.size
    return {(x, y) for x in range(left + 1, left + width - 1) for y in range(top + 1, top + height - 1)}


# -------------------------------------------------------------------------------------------------- obstructed_maze


def test_the_obstructed_maze_is_as_told(load_env: LoadEnv) -> None:
    config = load_env("obstructed_maze_2dlh")
    found = worlds(config)

    for world in found:
        assert f"{world.width} x {world.height} cells" in config.goal
        there = doors(world)
        places = {("north", "south", "west")[wall_of(place)]: door for place, door in there.items()}
        assert {where: (door.is_locked, door.is_open) for where, door in places.items()} == {
            "north": (True, False),
            "south": (True, False),
            "west": (False, False),
        }
        assert len({door.color for door in there.values()}) == 3
        boxes = [world.grid.get(*cell) for cell in things(world, "box")]
        assert [box.color for box in boxes] == ["grey", "grey"]
        assert sorted(box.contains.color for box in boxes) == sorted(places[w].color for w in ("north", "south"))
        assert all(room_of(cell) == (2, 1) for cell in [*things(world, "box"), tuple(world.agent_pos)])
        ball = only(things(world, "ball"))
        assert (room_of(ball), world.grid.get(*ball).color) == ((2, 0), "blue")
        floor = reached(world, lambda thing: every_door(thing) or thing.type in ("ball", "box")) - set(there)
        assert {room_of(cell) for cell in floor} == {(2, 1), (2, 0), (2, 2), (1, 1)}
        assert not things(world, "key")
    assert starts(found)[1] == {0, 1, 2, 3}


def room_of(cell: Any) -> tuple[int, int]:
    return (int(cell[0]) // 5, int(cell[1]) // 5)


def wall_of(door: Cell) -> int:
    """0, 1, 2 for the north, south and west wall of the east room of the middle row."""
    walls = [door[1] == 5 and door[0] > 10, door[1] == 10 and door[0] > 10, door[0] == 10 and 5 < door[1] < 10]
    return walls.index(True)


def test_a_box_of_the_maze_breaks_open_and_its_key_opens_the_door_of_its_colour(load_env: LoadEnv) -> None:
    env = make_env(load_env("obstructed_maze_2dlh"))
    for seed in range(5):
        env.reset(seed=seed)
        world: Any = env.unwrapped
        box = things(world, "box")[0]
        hidden = world.grid.get(*box).contains
        stand_before(world, box)

        env.step(TOGGLE)
        lies_there = world.grid.get(*box)
        env.step(PICK_UP)
        for place in locked(world):
            stand_before(world, place)
            env.step(TOGGLE)

        assert lies_there is hidden is world.carrying
        assert [door.color for door in doors(world).values() if door.is_open] == [hidden.color]
    env.close()


def test_a_box_that_is_picked_up_stays_shut(load_env: LoadEnv) -> None:
    world = started(load_env("obstructed_maze_2dlh"), 0)
    stand_before(world, things(world, "box")[0])

    world.step(PICK_UP)

    assert world.carrying.type == "box"
    assert world.carrying.contains.type == "key"
