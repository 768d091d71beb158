"""What the MiniGrid and BabyAI files say, held against the environments."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from minigrid.core.world_object import Ball, Box, Door, Key
from minigrid.envs.babyai.core.verifier import BeforeInstr
from minigrid.utils.baby_ai_bot import BabyAIBot

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.build import make_env, step_limit
from llmrl_runner.envs.minigrid_batch import MiniGridBatch
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import SerialNetworkBatch, make_network_batch
from tests.envs.files import GRID_ENVS
from tests.envs.grid_worlds import DONE, DROP, FORWARD, LEFT, PICK_UP, RIGHT, TOGGLE, stand_before, started, things

LoadEnv = Callable[[str], EnvConfig]
BABYAI = [name for name in GRID_ENVS if name.startswith("babyai_")]
DOORKEYS = [name for name in GRID_ENVS if name.startswith("doorkey_")]


@pytest.fixture
def room(load_env: LoadEnv) -> Any:
    """The world of the empty room, with the agent in the middle, facing east."""
    env = make_env(load_env("empty_8x8"))
    env.reset(seed=0)
    world: Any = env.unwrapped
    world.agent_pos, world.agent_dir = (3, 3), 0
    yield world
    env.close()


def solved(config: EnvConfig, seed: int) -> tuple[float, int]:
    """Return and length of an episode played by minigrid's bot."""
    env = make_env(config)
    env.reset(seed=seed)
    bot, action, steps = BabyAIBot(env), None, 0
    while True:
        action, steps = bot.replan(action), steps + 1
        _, reward, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.close()
            return float(reward), steps


def test_an_episode_is_cut_off_where_its_file_says(grid_config: EnvConfig) -> None:
    env = make_env(grid_config)
    limit = step_limit(env) or 0
    env.reset(seed=0)

    steps = [env.step(DONE) for _ in range(limit)]
    env.close()

    assert [step[3] for step in steps] == [False] * (limit - 1) + [True]
    assert not any(step[1] or step[2] for step in steps)
    assert f"after {limit:,} steps" in grid_config.episode_end
    assert f"1 - 0.9 * t / {limit:,} for" in grid_config.reward


def test_done_leaves_everything_as_it_is(grid_config: EnvConfig) -> None:
    env = make_env(grid_config)
    env.reset(seed=3)
    before, *_ = env.step(LEFT)

    after, reward, terminated, *_ = env.step(DONE)
    env.close()

    assert grid_config.actions[DONE].name == grid_config.noop == "done"
    assert np.array_equal(before["image"], after["image"])
    assert (before["direction"], reward, terminated) == (after["direction"], 0, False)


def test_an_episode_depends_on_its_seed_alone(grid_config: EnvConfig) -> None:
    actions = np.random.default_rng(0).integers(0, 6, size=40)
    used, fresh = make_env(grid_config), make_env(grid_config)
    used.reset(seed=1)

    def played(env: Any) -> list[tuple[bytes, str, float]]:
        seen = [env.reset(seed=5)[0]]
        rewards = [0.0]
        for action in actions:
            observation, reward, terminated, *_ = env.step(action)
            seen, rewards = [*seen, observation], [*rewards, float(reward)]
            if terminated:
                break
        return [(one["image"].tobytes(), one["mission"], paid) for one, paid in zip(seen, rewards, strict=True)]

    assert played(used) == played(fresh)
    used.close()
    fresh.close()


@pytest.mark.parametrize("name", BABYAI)
def test_minigrid_s_bot_succeeds_and_is_paid_by_the_limit_as_told(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)

    for seed in range(15):
        reward, steps = solved(config, seed)
        assert reward == pytest.approx(1 - 0.9 * steps / config.kwargs["max_steps"])
        assert (config.success.return_at_least or 1) <= reward <= (config.return_max or 0)


@pytest.mark.parametrize("name", BABYAI)
def test_a_layout_that_is_thrown_away_is_not_told_on_standard_output(
    load_env: LoadEnv, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    env = make_env(load_env(name))

    for seed in range(40):
        env.reset(seed=seed)
    env.close()

    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("name", GRID_ENVS)
def test_the_network_s_wrapper_takes_every_mission(load_env: LoadEnv, name: str) -> None:
    env = make_network_env(load_env(name))

    for seed in range(20):
        assert env.observation_space.contains(env.reset(seed=seed)[0])
    env.close()


@pytest.mark.parametrize("name", GRID_ENVS)
def test_minigrid_s_own_run_side_by_side_for_a_network_and_babyai_s_one_by_one(load_env: LoadEnv, name: str) -> None:
    batch = make_network_batch(load_env(name), 2)

    assert isinstance(batch, SerialNetworkBatch if name in BABYAI else MiniGridBatch)
    batch.close()


# --------------------------------------------------------------------------------------------- what the actions do


def test_a_box_that_is_toggled_is_gone(room: Any) -> None:
    room.grid.set(4, 3, Box("red"))

    room.step(TOGGLE)

    assert room.grid.get(4, 3) is None


@pytest.mark.parametrize(("colour", "opens"), [("blue", True), ("red", False), (None, False)])
def test_a_locked_door_needs_the_key_of_its_own_colour_which_is_kept(room: Any, colour: str, opens: bool) -> None:
    door = Door("blue", is_locked=True)
    room.grid.set(4, 3, door)
    room.carrying = Key(colour) if colour else None

    room.step(TOGGLE)
    carried = room.carrying
    room.step(FORWARD)

    assert door.is_open is opens
    assert (carried is not None) is (colour is not None)
    assert tuple(room.agent_pos) == ((4, 3) if opens else (3, 3))


def test_toggling_an_open_door_closes_it_unlocked(room: Any) -> None:
    door = Door("blue", is_open=True)
    room.grid.set(4, 3, door)

    room.step(TOGGLE)

    assert (door.is_open, door.is_locked) == (False, False)


def test_only_one_thing_is_carried_and_things_block_the_way(room: Any) -> None:
    room.grid.set(4, 3, Ball("red"))
    room.carrying = Key("blue")

    room.step(PICK_UP)
    room.step(FORWARD)

    assert room.carrying.type == "key"
    assert tuple(room.agent_pos) == (3, 3)


@pytest.mark.parametrize("in_the_way", [None, Door("red", is_open=True), Ball("red")])
def test_a_thing_is_dropped_onto_free_floor_only(room: Any, in_the_way: Any) -> None:
    room.grid.set(4, 3, in_the_way)
    room.carrying = Key("blue")

    room.step(DROP)

    assert (room.carrying is None) is (in_the_way is None)


def test_turns_go_round_the_compass_as_told(room: Any) -> None:
    room.agent_dir = 3  # north

    room.step(LEFT)
    after_left = room.agent_dir
    room.step(RIGHT)
    room.step(RIGHT)

    assert (after_left, room.agent_dir) == (2, 0)  # west, east


# ------------------------------------------------------------------------------------------- what the layouts are


@pytest.mark.parametrize("name", DOORKEYS)
def test_doorkey_s_world_is_as_told(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    size = int(name.split("x")[-1])

    for seed in range(10):
        world = started(config, seed)
        (door,), (key,), (goal,) = (things(world, kind) for kind in ("door", "key", "goal"))
        assert world.grid.get(*door).is_locked
        assert {world.grid.get(*door).color, world.grid.get(*key).color} == {"yellow"}
        assert max(key[0], world.agent_pos[0]) < door[0]
        assert goal == (size - 2, size - 2)
        assert f"{world.width} x {world.height} cells" in config.goal


def test_unlock_s_world_is_as_told(load_env: LoadEnv) -> None:
    for seed in range(10):
        world = started(load_env("unlock"), seed)
        (door,), (key,) = things(world, "door"), things(world, "key")
        assert world.grid.get(*door).is_locked
        assert world.grid.get(*door).color == world.grid.get(*key).color
        assert max(key[0], world.agent_pos[0]) < door[0] == 5
        assert (world.width, world.height) == (11, 6)


def test_the_key_corridor_is_as_told(load_env: LoadEnv) -> None:
    for seed in range(10):
        world = started(load_env("key_corridor_s3r1"), seed)
        row = [world.grid.get(x, 1) for x in range(1, 6)]
        assert [thing and thing.type for thing in row] == ["key", "door", None, "door", "ball"]
        assert (row[1].is_locked, row[3].is_locked) == (False, True)
        assert row[0].color == row[3].color
        assert tuple(world.agent_pos) == (3, 1)
        assert world.agent_dir != 0  # not to the east
        assert (world.width, world.height) == (7, 3)


def test_the_key_corridor_is_solved_by_dropping_the_key_from_the_doorway(load_env: LoadEnv) -> None:
    env = make_env(load_env("key_corridor_s3r1"))
    env.reset(seed=0)
    env.unwrapped.agent_dir = 2
    fetch_the_key = [TOGGLE, FORWARD, PICK_UP, LEFT, LEFT, FORWARD, TOGGLE, FORWARD]
    drop_it_and_take_the_ball = [LEFT, LEFT, DROP, LEFT, LEFT, PICK_UP]

    steps = [env.step(action) for action in fetch_the_key + drop_it_and_take_the_ball]
    env.close()

    assert [step[2] for step in steps] == [False] * 13 + [True]
    assert steps[-1][1] == pytest.approx(1 - 0.9 * 14 / 270)


def test_open_door_s_room_is_as_told(load_env: LoadEnv) -> None:
    for seed in range(10):
        world = started(load_env("babyai_open_door"), seed)
        doors = [world.grid.get(*place) for place in things(world, "door")]
        assert len({door.color for door in doors}) == 4
        assert not any(door.is_open or door.is_locked for door in doors)
        assert not [place for kind in ("key", "ball", "box") for place in things(world, kind)]
        assert (world.num_rows, world.num_cols, world.room_size) == (3, 3, 8)


@pytest.mark.parametrize("name", [name for name in BABYAI if name != "babyai_open_door"])
def test_a_room_of_babyai_holds_eight_objects_as_told(load_env: LoadEnv, name: str) -> None:
    for seed in range(10):
        world = started(load_env(name), seed)
        objects = [place for kind in ("key", "ball", "box") for place in things(world, kind)]
        assert len(objects) == 8
        assert (world.width, world.height) == (8, 8)
        kinds = {(world.grid.get(*place).type, world.grid.get(*place).color) for place in objects}
        assert len(kinds) == 8 or name != "babyai_put_next_local"


def test_picking_up_and_going_to_counts_in_this_order_only(load_env: LoadEnv) -> None:
    env = make_env(load_env("babyai_pickup_seq_goto"))
    forms = set()

    for seed in range(12):
        env.reset(seed=seed)
        world = env.unwrapped
        before = isinstance(world.instrs, BeforeInstr)
        take, go_to = (
            (world.instrs.instr_a, world.instrs.instr_b) if before else (world.instrs.instr_b, world.instrs.instr_a)
        )
        forms.add(re.sub(r"(a|the) \w+ \w+", "it", world.mission))

        stand_before(world, go_to.desc.obj_poss[0])
        too_early = env.step(DONE)[2]
        stand_before(world, take.desc.obj_poss[0])
        taken = env.step(PICK_UP)[2]
        stand_before(world, go_to.desc.obj_poss[0])
        _, reward, there, *_ = env.step(DONE)

        assert (too_early, taken, there) == (False, False, True)
        assert reward == pytest.approx(1 - 0.9 * 3 / 128)
    env.close()
    assert forms == {"pick up it, then go to it", "go to it after you pick up it"}


def test_putting_the_second_object_next_to_the_first_does_not_count(load_env: LoadEnv) -> None:
    env = make_env(load_env("babyai_put_next_local"))
    env.reset(seed=1)
    world = env.unwrapped
    first, second = world.instrs.desc_move.obj_poss[0], world.instrs.desc_fixed.obj_poss[0]
    stand_before(world, second)
    env.step(PICK_UP)

    dropped = drop_beside(env, first)

    assert dropped[1:3] == (0, False)
    env.close()


def drop_beside(env: Any, place: tuple[int, int]) -> tuple[Any, ...]:
    """Drop what is carried into a free cell beside a place, from the cell behind that one."""
    world = env.unwrapped
    for direction, (dx, dy) in enumerate([(1, 0), (0, 1), (-1, 0), (0, -1)]):
        target, stand = (place[0] - dx, place[1] - dy), (place[0] - 2 * dx, place[1] - 2 * dy)
        if min(stand) > 0 and max(stand) < 7 and world.grid.get(*target) is None and world.grid.get(*stand) is None:
            world.agent_pos, world.agent_dir = stand, direction
            return tuple(env.step(DROP))
    raise AssertionError("no free cells beside it")
