"""The vectorised MiniGrid against minigrid's own, and which environments it refuses."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import minigrid  # noqa: F401  registers its environments
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec, WrapperSpec
from minigrid.core.world_object import Ball, Box, Key
from minigrid.envs.empty import EmptyEnv
from minigrid.envs.unlock import UnlockEnv

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.minigrid_batch import MiniGridBatch
from llmrl_runner.envs.network_batch import NotCoveredError, SerialNetworkBatch, make_network_batch
from tests.envs.minigrid_errands import DONE, DROP, FORWARD, LEFT, PICK_UP, RIGHT, TOGGLE, VIEW, Twins, config_of

pytestmark = pytest.mark.filterwarnings("ignore:.*out of date:DeprecationWarning")

LoadEnv = Callable[[str], EnvConfig]
REFUSED = "Dynamic-Obstacles"  # balls that move by chance in every step
UNLAID = "WFC"  # minigrid 3.2's wheel lacks the patterns that these are laid out from
IDS = sorted(name for name in gym.registry if name.startswith("MiniGrid-") and UNLAID not in name)
COVERED = [name for name in IDS if REFUSED not in name]

# What has to come up in play for a comparison to be worth something.
EVENTS = {
    "MiniGrid-Empty-8x8-v0": {"paid"},
    "MiniGrid-LavaGapS5-v0": {"paid", "ended unpaid"},
    "MiniGrid-DoorKey-6x6-v0": {"took key", "dropped key", "unlocked door", "closed door", "opened door", "paid"},
    "MiniGrid-Unlock-v0": {"took key", "unlocked door", "paid"},
    "MiniGrid-UnlockPickup-v0": {"took box", "broke box", "unlocked door", "paid"},
    "MiniGrid-KeyCorridorS3R1-v0": {"took key", "took ball", "unlocked door", "opened door", "paid"},
    "MiniGrid-ObstructedMaze-1Dlh-v0": {
        *("took box", "dropped box", "broke box with key", "took key", "dropped key"),
        *("unlocked door", "took ball", "paid"),
    },
    "MiniGrid-RedBlueDoors-6x6-v0": {"opened door", "closed door", "paid", "ended unpaid"},
    "MiniGrid-GoToDoor-5x5-v0": {"paid", "ended unpaid"},
    "MiniGrid-GoToObject-6x6-N2-v0": {"paid", "ended unpaid", "broke box"},
    "MiniGrid-Fetch-5x5-N2-v0": {"paid", "ended unpaid", "took key", "took ball"},
    "MiniGrid-PutNear-6x6-N2-v0": {"paid", "ended unpaid", "took key", "dropped key"},
    "MiniGrid-MemoryS7-v0": {"paid", "ended unpaid"},
    "MiniGrid-MultiRoom-N2-S4-v0": {"opened door", "closed door", "paid"},
    "MiniGrid-Playground-v0": {"took key", "dropped key", "took box", "broke box", "opened door"},
}


OTHER_ERRANDS = ["BabyAI-PutNextLocal-v0", "BabyAI-GoToSeqS5R2-v0", "BabyAI-PickupDistDebug-v0"]
OTHER_ERRANDS += ["BabyAI-ActionObjDoor-v0"]  # which mixes them
BABYAI = {
    "BabyAI-GoToLocal-v0": {"paid", "took key", "dropped key", "broke box"},
    "BabyAI-GoToObj-v0": {"paid"},
    "BabyAI-PickupLoc-v0": {"paid", "took key", "dropped ball"},
    "BabyAI-PickupDist-v0": {"paid"},
    "BabyAI-GoToDoor-v0": {"paid"},
    "BabyAI-Pickup-v0": {"opened door", "closed door", "took ball"},
}


@pytest.mark.parametrize("env_id", COVERED)
def test_every_covered_environment_plays_as_minigrid_s_own(env_id: str) -> None:
    twins = Twins(config_of(env_id))

    twins.play(60)  # which compares

    assert twins.episodes >= 3


@pytest.mark.parametrize("env_id", EVENTS)
def test_what_the_rules_are_about_comes_up_in_the_comparison(env_id: str) -> None:
    twins = Twins(config_of(env_id), seed=1)

    twins.play_until(EVENTS[env_id], 2000)

    assert twins.events >= EVENTS[env_id]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("env_id", COVERED)
def test_long_play_is_minigrid_s_own_too_and_no_two_views_look_the_same_to_a_network(env_id: str) -> None:
    twins = Twins(config_of(env_id), seed=2)

    twins.play(1000)

    assert len(twins.rows) == len(twins.images)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"agent_view_size": 3},
        {"agent_view_size": 5},
        {"agent_view_size": 9},
        {"see_through_walls": True},
        {"size": 10, "max_steps": 17},
    ],
    ids=str,
)
def test_keyword_arguments_are_honoured(kwargs: dict[str, Any]) -> None:
    twins = Twins(config_of("MiniGrid-DoorKey-8x8-v0", kwargs=kwargs))

    twins.play(100)

    assert twins.episodes > 3


def test_a_limit_of_gymnasium_s_is_honoured() -> None:
    twins = Twins(config_of("MiniGrid-DoorKey-8x8-v0", max_episode_steps=7))

    twins.play(60)

    assert twins.episodes > 15


def test_an_episode_depends_on_its_seed_and_actions_alone() -> None:
    batch = MiniGridBatch(config_of("MiniGrid-KeyCorridorS3R2-v0"), 5)
    actions = np.random.default_rng(0).integers(7, size=100)
    batch.reset(np.arange(5), np.arange(5))
    batch.step(np.arange(5), np.full(5, FORWARD))
    slots = np.array([4, 0, 2])

    first = [batch.reset(slots, np.full(3, 77))] + [batch.step(slots, np.full(3, action))[0] for action in actions]

    for rows in first:
        assert np.array_equal(rows[0], rows[1])
        assert np.array_equal(rows[0], rows[2])
    assert not np.array_equal(first[0], first[-1])


def test_handed_out_observations_stay_as_they_are() -> None:
    batch = MiniGridBatch(config_of("MiniGrid-Empty-8x8-v0"), 2)
    slots = np.arange(2)
    rows = batch.reset(slots, slots)
    kept = rows.copy()

    batch.step(slots, np.array([LEFT, RIGHT]))

    assert np.array_equal(rows, kept)


# ----------------------------------------------------------------------------------------------- what is refused


def test_all_of_minigrid_s_environments_are_covered_but_those_whose_obstacles_move() -> None:
    refused = {}
    for env_id in IDS:
        try:
            MiniGridBatch(config_of(env_id), 1).close()
        except NotCoveredError as reason:
            refused[env_id] = str(reason)

    assert set(refused.values()) == {"DynamicObstaclesEnv has a `step` of its own"}
    assert set(refused) == set(IDS) - set(COVERED)
    assert len(COVERED) > 60


def test_what_is_refused_runs_one_by_one_and_says_why() -> None:
    told: list[str] = []

    batch = make_network_batch(covering("MiniGrid-Dynamic-Obstacles-5x5-v0"), 2, told.append)

    assert isinstance(batch, SerialNetworkBatch)
    assert told == [
        "MiniGrid-Dynamic-Obstacles-5x5-v0 runs one by one: DynamicObstaclesEnv has a `step` of its own",
    ]
    rows = batch.reset(np.arange(2), np.arange(2))
    assert set(np.unique(rows)) == {0, 1}
    batch.close()


def test_both_ways_to_run_an_environment_give_a_network_the_same(load_env: LoadEnv) -> None:
    config = load_env("doorkey_6x6")
    fast, plain = make_network_batch(config, 2), SerialNetworkBatch(config, 2)
    slots, rng = np.arange(2), np.random.default_rng(0)
    assert isinstance(fast, MiniGridBatch)
    assert fast.observation_space == plain.observation_space
    assert fast.action_space == plain.action_space
    assert fast.grid_shape == plain.grid_shape == (6, 6)

    pairs = [(fast.reset(slots, slots), plain.reset(slots, slots))]
    for _ in range(30):
        actions = rng.integers(7, size=2)
        pairs += zip(fast.step(slots, actions), plain.step(slots, actions), strict=True)
        pairs.append((fast.positions(slots), plain.positions(slots)))

    for ours, theirs in pairs:
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)
    fast.close()
    plain.close()


class OwnReward(EmptyEnv):
    def _reward(self) -> float:
        return 1.0


class OwnView(EmptyEnv):
    def gen_obs(self) -> Any:
        return super().gen_obs()


class OwnStep(UnlockEnv):
    def step(self, action: Any) -> Any:
        return super().step(action)


class Balloon(Ball):
    def can_overlap(self) -> bool:
        return True


class OwnThing(EmptyEnv):
    def _gen_grid(self, width: int, height: int) -> None:
        super()._gen_grid(width, height)
        self.put_obj(Balloon("red"), 3, 3)


class HiddenThing(EmptyEnv):
    def _gen_grid(self, width: int, height: int) -> None:
        super()._gen_grid(width, height)
        self.put_obj(Box("red", Balloon("red")), 3, 3)


class LateThing(EmptyEnv):
    """Has a thing of its own in one layout only."""

    def _gen_grid(self, width: int, height: int) -> None:
        super()._gen_grid(width, height)
        if self.np_random_seed == 1000:
            self.put_obj(Balloon("red"), 3, 3)


class ThingWhereAsked(EmptyEnv):
    """Has a thing of its own where it is made with one; counts how often it is laid out."""

    laid_out = 0

    def __init__(self, is_strange: bool = False, **options: Any) -> None:
        self.is_strange = is_strange
        super().__init__(**options)

    def _gen_grid(self, width: int, height: int) -> None:
        super()._gen_grid(width, height)
        type(self).laid_out += 1
        if self.is_strange:
            self.put_obj(Balloon("red"), 3, 3)


class NestedBoxes(EmptyEnv):
    """A key in a box in a box."""

    def _gen_grid(self, width: int, height: int) -> None:
        super()._gen_grid(width, height)
        self.put_obj(Box("red", Box("blue", Key("green"))), 3, 1)


class Unmakeable(EmptyEnv):
    def _gen_grid(self, width: int, height: int) -> None:
        raise OSError("no map")


def covering(env_id: str) -> EnvConfig:
    return config_of(env_id, network_batch="llmrl_runner.envs.minigrid_batch.MiniGridBatch")


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., EnvConfig]:
    """Registers a class with Gymnasium for one test, and gives the configuration that names it."""

    def registered(kind: type, **options: Any) -> EnvConfig:
        env_id = f"{kind.__name__}-v0"
        monkeypatch.setitem(gym.registry, env_id, EnvSpec(env_id, entry_point=kind, **options))
        return config_of(env_id)

    return registered


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (OwnReward, "OwnReward has a `_reward` of its own"),
        (OwnView, "OwnView has a `gen_obs` of its own"),
        (OwnStep, "OwnStep has a `step` of its own"),
        (OwnThing, r"it holds what isn't known here: Balloon \(ball\)"),
        (HiddenThing, r"it holds what isn't known here: Balloon \(ball\)"),
    ],
)
def test_rules_and_things_of_its_own_are_refused(register: Callable[..., EnvConfig], kind: type, reason: str) -> None:
    with pytest.raises(NotCoveredError, match=f"^{reason}$"):
        MiniGridBatch(register(kind), 1)


def test_a_strange_thing_that_comes_up_later_ends_the_run_in_one_line(register: Callable[..., EnvConfig]) -> None:
    batch = MiniGridBatch(register(LateThing), 1)
    slot = np.array([0])
    batch.reset(slot, np.array([999]))

    with pytest.raises(ConfigError, match=r"^env\.network_batch: .* LateThing-v0 holds: Balloon \(ball\); set it to"):
        batch.reset(slot, np.array([1000]))


def test_layouts_are_looked_at_once_for_each_way_in_which_a_world_is_made(register: Callable[..., EnvConfig]) -> None:
    config, laid_out = register(ThingWhereAsked), []
    for _ in range(2):
        before = ThingWhereAsked.laid_out
        MiniGridBatch(config, 1).close()
        laid_out.append(ThingWhereAsked.laid_out - before)
    config.kwargs = {"is_strange": True}

    assert laid_out[1] < laid_out[0]
    with pytest.raises(NotCoveredError, match=r"Balloon \(ball\)"):
        MiniGridBatch(config, 1)


def test_boxes_in_boxes_open_one_after_the_other(register: Callable[..., EnvConfig]) -> None:
    twins = Twins(register(NestedBoxes), size=2)
    events = {"broke box with box", "broke box with key", "took key"}

    twins.play_until(events, 2000)

    assert twins.events >= events


@pytest.mark.parametrize(("env_id", "events"), BABYAI.items())
def test_babyai_s_levels_of_one_errand_play_as_minigrid_s_own_where_the_mission_is_not_shown(
    env_id: str, events: set[str]
) -> None:
    twins = Twins(config_of(env_id, VIEW), seed=1)

    twins.play_until(events, 2000)
    twins.play(100)

    assert twins.events >= events


@pytest.mark.parametrize("env_id", OTHER_ERRANDS)
def test_babyai_s_other_errands_are_refused(env_id: str) -> None:
    with pytest.raises(NotCoveredError, match="it holds what isn't known here: an instruction that is no plain GoTo"):
        MiniGridBatch(config_of(env_id, VIEW), 1)


def test_what_is_no_minigrid_is_refused() -> None:
    with pytest.raises(NotCoveredError, match=r"^CartPoleEnv is no MiniGridEnv$"):
        MiniGridBatch(config_of("CartPole-v1"), 1)


def test_a_wrapper_that_it_does_not_know_is_refused(register: Callable[..., EnvConfig]) -> None:
    wrapper = WrapperSpec("StickyAction", "gymnasium.wrappers:StickyAction", {"repeat_action_probability": 0.2})
    config = register(EmptyEnv, additional_wrappers=(wrapper,))

    with pytest.raises(NotCoveredError, match=r"^it is wrapped in StickyAction$"):
        MiniGridBatch(config, 1)


def test_another_network_wrapper_is_refused() -> None:
    config = config_of("MiniGrid-Empty-5x5-v0")
    config.network_wrapper = "minigrid.wrappers.FlatObsWrapper"

    with pytest.raises(NotCoveredError, match=r"GridFeatures does, and env\.network_wrapper is another$"):
        MiniGridBatch(config, 1)


def test_a_view_that_is_too_wide_is_refused() -> None:
    with pytest.raises(NotCoveredError, match=r"^its view is 11 cells wide, and 9 are the most$"):
        MiniGridBatch(config_of("MiniGrid-Empty-8x8-v0", kwargs={"agent_view_size": 11}), 1)


def test_an_environment_that_cannot_be_laid_out_is_named(register: Callable[..., EnvConfig]) -> None:
    with pytest.raises(ConfigError, match=r"^env\.id: Unmakeable-v0 can't be reset \(OSError: no map\)$"):
        MiniGridBatch(register(Unmakeable), 1)


def test_an_empty_hand_drops_nothing_and_a_full_one_takes_nothing() -> None:
    batch = MiniGridBatch(config_of("MiniGrid-Empty-5x5-v0"), 1)
    slot = np.array([0])
    first = batch.reset(slot, slot)

    for action in (DROP, PICK_UP, TOGGLE, DONE):
        rows, rewards, terminated, truncated = batch.step(slot, np.array([action]))
        assert np.array_equal(rows, first)
        assert [rewards[0], terminated[0], truncated[0]] == [0, False, False]
