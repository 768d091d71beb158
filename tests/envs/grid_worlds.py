"""Looking into MiniGrid's worlds, and moving the agent about in them."""

from collections.abc import Callable
from typing import Any

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.build import make_env

LEFT, RIGHT, FORWARD, PICK_UP, DROP, TOGGLE, DONE = range(7)
Cell = tuple[int, int]
STEPS = [(1, 0), (0, 1), (-1, 0), (0, -1)]  # minigrid's directions 0 to 3


def started(config: EnvConfig, seed: int) -> Any:
    """The world of an episode that has just begun."""
    env = make_env(config)
    env.reset(seed=seed)
    return env.unwrapped


def cells(world: Any) -> list[Cell]:
    return [(x, y) for x in range(world.grid.width) for y in range(world.grid.height)]


def things(world: Any, kind: str) -> list[Cell]:
    """Where things of a kind are."""
    return [cell for cell in cells(world) if (thing := world.grid.get(*cell)) is not None and thing.type == kind]


def doors(world: Any) -> dict[Cell, Any]:
    """Every door by its place."""
    return {cell: world.grid.get(*cell) for cell in things(world, "door")}


def beside(cell: Cell) -> list[Cell]:
    """The four cells that share a side with it, by direction."""
    return [(cell[0] + dx, cell[1] + dy) for dx, dy in STEPS]


def stand_before(world: Any, place: Cell) -> None:
    """Put the agent beside a place, facing it, on free floor or in a doorway."""
    for direction, (dx, dy) in enumerate(STEPS):
        cell = (place[0] - dx, place[1] - dy)
        thing = world.grid.get(*cell)
        if thing is None or thing.type == "door":
            world.agent_pos, world.agent_dir = cell, direction
            return
    raise AssertionError("no free cell beside it")


def reached(world: Any, can_pass: Callable[[Any], bool]) -> set[Cell]:
    """Every cell that can be walked to over free floor, goals, and the things that `can_pass`."""
    found: set[Cell] = set()
    waiting: list[Cell] = [(int(world.agent_pos[0]), int(world.agent_pos[1]))]
    while waiting:
        cell = waiting.pop()
        thing = world.grid.get(*cell)
        if cell not in found and (thing is None or thing.type == "goal" or can_pass(thing)):
            found.add(cell)
            waiting += beside(cell)
    return found


def unlocked_doors(thing: Any) -> bool:
    """What can be passed without a key, and a key, which can be taken away."""
    return thing.type == "key" or (thing.type == "door" and not thing.is_locked)


def every_door(thing: Any) -> bool:
    """What can be passed by who has the keys."""
    return thing.type in ("key", "door")
