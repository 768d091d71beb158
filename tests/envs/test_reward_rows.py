"""What a written reward sees: the environment's own fields, or MiniGrid's whole state."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.minigrid_batch import MiniGridBatch
from llmrl_runner.envs.minigrid_reward_rows import NAMES
from llmrl_runner.envs.network_batch import SerialNetworkBatch, make_network_batch
from llmrl_runner.envs.reward_rows import make_reward_rows
from tests.envs.files import load_world
from tests.envs.minigrid_errands import DROP, FORWARD, PICK_UP, TOGGLE, VIEW, Errands

LoadEnv = Callable[[str], EnvConfig]
SLOTS = np.arange(2)
WORLDS = [
    "MiniGrid-DoorKey-6x6-v0",
    "MiniGrid-Unlock-v0",
    "MiniGrid-KeyCorridorS3R2-v0",
    "MiniGrid-MultiRoom-N4-S5-v0",
    "MiniGrid-Empty-8x8-v0",
    "MiniGrid-ObstructedMaze-1Dlh-v0",
]


@pytest.mark.parametrize("name", ["pendulum", "frozen_lake", "blackjack", "fetch_push", "taxi"])
def test_without_rows_of_its_own_a_reward_sees_the_fields(load_env: LoadEnv, name: str) -> None:
    config = load_env(name)
    batch, env = make_network_batch(config, 2), make_env(config)
    made = make_reward_rows(config)

    rows = made.rows(batch, SLOTS, batch.reset(SLOTS, SLOTS + 3))
    plain = [env.reset(seed=int(seed))[0] for seed in SLOTS + 3]

    assert np.array_equal(rows, Environment(config).observations.encode(plain))
    assert [field.name for field in made.fields] == [field.name for field in config.observation]
    assert rows.dtype == np.float64
    batch.close(), env.close()


def test_behind_a_wrapper_it_has_to_be_said_what_a_reward_sees(load_env: LoadEnv) -> None:
    config = load_env("pendulum")
    config.network_wrapper = "gymnasium.wrappers.FlattenObservation"

    with pytest.raises(ConfigError, match=r"^env\.reward_rows: needed, .*FlattenObservation.*env\.reward_fields"):
        make_reward_rows(config)


def test_fields_without_rows_are_refused(load_env: LoadEnv) -> None:
    config = load_env("pendulum")
    config.reward_fields = config.observation

    with pytest.raises(ConfigError, match=r"^env\.reward_fields: .*env\.reward_rows"):
        make_reward_rows(config)


def test_minigrid_s_fields_can_t_be_renamed(load_env: LoadEnv) -> None:
    config = load_env("doorkey_5x5")
    config.reward_fields = config.reward_fields[1:]

    with pytest.raises(ConfigError, match=r"^env\.reward_fields: .*agent column"):
        make_reward_rows(config)


@pytest.mark.parametrize("world", WORLDS)
def test_minigrid_s_state_is_the_same_from_its_twin_and_from_itself(world: str) -> None:
    config = load_world(world)
    twin, serial, made = MiniGridBatch(config, 2), SerialNetworkBatch(config, 2), make_reward_rows(config)
    rng = np.random.default_rng(0)
    errands = [Errands(each, rng) for each in serial.worlds(SLOTS)]
    ours, theirs = twin.reset(SLOTS, SLOTS), serial.reset(SLOTS, SLOTS)

    seen = set()
    for _ in range(150):
        rows = made.rows(twin, SLOTS, ours)
        assert np.array_equal(rows, made.rows(serial, SLOTS, theirs))
        seen |= {row[:-1].tobytes() for row in rows}
        actions = np.array([each.action() for each in errands])
        ours, _, terminated, truncated = twin.step(SLOTS, actions)
        theirs, *_ = serial.step(SLOTS, actions)
        assert np.array_equal(made.rows(twin, SLOTS, ours), made.rows(serial, SLOTS, theirs))  # also after the last
        for slot in np.flatnonzero(terminated | truncated):
            seeds = rng.integers(1000, size=1)
            ours[slot], theirs[slot] = twin.reset(SLOTS[[slot]], seeds)[0], serial.reset(SLOTS[[slot]], seeds)[0]
            errands[slot].plan.clear()
    twin.close(), serial.close()

    assert len(seen) >= 20


def test_minigrid_s_state_tells_what_was_done(load_env: LoadEnv) -> None:
    config = load_env("doorkey_5x5")
    batch, made = SerialNetworkBatch(config, 1), make_reward_rows(config)
    slot = np.array([0])
    batch.reset(slot, slot)
    world = batch.worlds(slot)[0]

    def state() -> dict[str, float]:
        rows: FloatArray = made.rows(batch, slot, np.empty(0))
        return dict(zip(NAMES, rows[0].tolist(), strict=True))

    def put_before(kind: str) -> None:
        cells = [(x, y) for x in range(5) for y in range(5)]
        place = next(cell for cell in cells if getattr(world.grid.get(*cell), "type", "") == kind)
        world.agent_pos, world.agent_dir = (place[0] - 1, place[1]), 0  # to the west of it, facing east

    start = state()
    assert (start["goal column"], start["goal row"]) == (3, 3)
    assert (start["carried kind"], start["door state"], start["open doors"], start["steps"]) == (0, 2, 0, 0)
    assert start["locked door column"] == start["door column"] == 2
    assert start["ball column"] == start["box row"] == start["wanted row"] == -1

    put_before("key")
    batch.step(slot, np.array([PICK_UP]))
    taken = state()
    assert (taken["key column"], taken["key row"], taken["carried kind"], taken["carried colour"]) == (-1, -1, 1, 5)

    put_before("door")
    batch.step(slot, np.array([TOGGLE]))
    opened = state()
    assert (opened["door state"], opened["open doors"], opened["locked door column"]) == (0, 1, -1)
    assert opened["steps"] == 2

    batch.step(slot, np.array([FORWARD]))
    batch.step(slot, np.array([DROP]))
    assert state()["agent column"] == state()["door column"]
    assert (state()["key column"], state()["key row"]) == (3, state()["agent row"])
    batch.close()


def test_of_several_doors_the_nearest_counts(load_env: LoadEnv) -> None:
    config = load_env("key_corridor_s3r2")
    batch, made = MiniGridBatch(config, 1), make_reward_rows(config)
    serial = SerialNetworkBatch(config, 1)
    slot = np.array([0])
    rows, _ = made.rows(batch, slot, batch.reset(slot, slot)), serial.reset(slot, slot)
    world, state = serial.worlds(slot)[0], dict(zip(NAMES, rows[0].tolist(), strict=True))
    doors = {
        (x, y): world.grid.get(x, y)
        for x in range(world.width)
        for y in range(world.height)
        if getattr(world.grid.get(x, y), "type", "") == "door"
    }

    away = {cell: abs(cell[0] - world.agent_pos[0]) + abs(cell[1] - world.agent_pos[1]) for cell in doors}
    [locked] = [cell for cell, door in doors.items() if door.is_locked]

    assert len(doors) > 2
    assert away[state["door column"], state["door row"]] == min(away.values())
    assert (state["locked door column"], state["locked door row"]) == locked
    assert world.grid.get(int(state["wanted column"]), int(state["wanted row"])) is world.obj
    batch.close(), serial.close()


@pytest.mark.parametrize("world", ["BabyAI-PutNextLocal-v0", "BabyAI-GoToSeqS5R2-v0"])
def test_a_mission_that_is_not_known_here_marks_nothing_and_the_state_is_told(world: str) -> None:
    config = replace(load_world(world), network_wrapper=VIEW)
    serial, made = SerialNetworkBatch(config, 2), make_reward_rows(config)

    rows = made.rows(serial, SLOTS, serial.reset(SLOTS, SLOTS + 3))

    assert (rows[:, :2] > 0).all()  # somewhere inside the walls
    serial.close()
