"""Which of MiniGrid's environments can be played on arrays exactly, and by which rule."""

from typing import Any

import numpy as np
from gymnasium.wrappers import OrderEnforcing, TimeLimit
from minigrid.envs.babyai.core.roomgrid_level import RoomGridLevel
from minigrid.envs.blockedunlockpickup import BlockedUnlockPickupEnv
from minigrid.envs.fetch import FetchEnv
from minigrid.envs.gotodoor import GoToDoorEnv
from minigrid.envs.gotoobject import GoToObjectEnv
from minigrid.envs.keycorridor import KeyCorridorEnv
from minigrid.envs.memory import MemoryEnv
from minigrid.envs.obstructedmaze import ObstructedMazeEnv
from minigrid.envs.putnear import PutNearEnv
from minigrid.envs.redbluedoors import RedBlueDoorEnv
from minigrid.envs.unlock import UnlockEnv
from minigrid.envs.unlockpickup import UnlockPickupEnv
from minigrid.minigrid_env import MiniGridEnv

from llmrl_runner.envs.build import Env
from llmrl_runner.envs.minigrid_looks import UnknownThingError, code_of
from llmrl_runner.envs.minigrid_rules import (
    Beside,
    FetchOne,
    Instructed,
    OpenDoor,
    PickUp,
    PutNear,
    RedThenBlue,
    Rule,
    TwoPlaces,
)
from llmrl_runner.envs.minigrid_sight import LARGEST
from llmrl_runner.envs.network_batch import NotCoveredError

RULES: dict[Any, type[Rule]] = {
    MiniGridEnv.step: Rule,
    UnlockEnv.step: OpenDoor,
    UnlockPickupEnv.step: PickUp,
    BlockedUnlockPickupEnv.step: PickUp,
    KeyCorridorEnv.step: PickUp,
    ObstructedMazeEnv.step: PickUp,
    RedBlueDoorEnv.step: RedThenBlue,
    GoToDoorEnv.step: Beside,
    GoToObjectEnv.step: Beside,
    FetchEnv.step: FetchOne,
    PutNearEnv.step: PutNear,
    MemoryEnv.step: TwoPlaces,
    RoomGridLevel.step: Instructed,
}
NO_LIMIT = int(np.iinfo(np.int64).max)

# What an environment may not have of its own, since it is done here in another way.
SHARED = ("reset", "gen_obs", "gen_obs_grid", "get_view_exts", "_reward", "dir_vec", "right_vec", "front_pos")


def rule_of(world: Any) -> type[Rule]:
    """The rule of an environment of minigrid's. Raises NotCoveredError where it has rules that aren't known here."""
    kind = type(world)
    if not isinstance(world, MiniGridEnv):
        raise NotCoveredError(f"{kind.__name__} is no MiniGridEnv")
    own = [name for name in SHARED if getattr(kind, name) not in _known(name) or name in vars(world)]
    if own:
        raise NotCoveredError(f"{kind.__name__} has a `{own[0]}` of its own")
    if kind.step not in RULES or "step" in vars(world):
        raise NotCoveredError(f"{kind.__name__} has a `step` of its own")
    if world.agent_view_size > LARGEST:
        raise NotCoveredError(f"its view is {world.agent_view_size} cells wide, and {LARGEST} are the most")
    return RULES[kind.step]


def _known(name: str) -> tuple[Any, ...]:
    """MiniGrid's own of this name, and BabyAI's `reset`, which lays out as MiniGrid's does."""
    return (getattr(MiniGridEnv, name), RoomGridLevel.reset) if name == "reset" else (getattr(MiniGridEnv, name),)


_checked: set[tuple[type, str]] = set()  # worlds whose layouts are known, by their class and what they were made with


def check_things(world: Any, rule: Rule) -> None:
    """Raise NotCoveredError where one of the first layouts has a thing, or an instruction, that isn't known here.

    To look at a level's layouts takes some 40 ms, and a run builds many batches of the same: each is looked at once.
    """
    made = (type(world), repr(world.spec))
    if made in _checked:
        return
    for seed in range(rule.layouts_tried):
        world.reset(seed=seed)
        try:
            rule.targets(world)
            for thing in world.grid.grid:
                code_of(thing)
        except UnknownThingError as error:
            raise NotCoveredError(f"it holds what isn't known here: {error}") from error
    _checked.add(made)


def time_limit(env: Env) -> int:
    """After how many steps Gymnasium cuts an episode off. Raises NotCoveredError for any other wrapper."""
    limit = NO_LIMIT
    while env is not env.unwrapped:
        if type(env) is TimeLimit:
            limit = min(limit, env._max_episode_steps)
        elif type(env) is not OrderEnforcing:
            raise NotCoveredError(f"it is wrapped in {type(env).__name__}")
        env = env.env
    return limit
