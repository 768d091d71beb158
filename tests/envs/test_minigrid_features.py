"""What a network gets of MiniGrid: a column for whatever can vary, and none for what can't."""

from typing import Any

import gymnasium as gym
import minigrid  # noqa: F401  registers its environments
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from minigrid.core.constants import COLOR_TO_IDX, OBJECT_TO_IDX
from minigrid.core.mission import MissionSpace
from minigrid.envs.empty import EmptyEnv

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.minigrid_batch import MiniGridBatch
from llmrl_runner.envs.minigrid_codec import GridCodec
from llmrl_runner.envs.minigrid_features import GridFeatures, codec_for
from llmrl_runner.envs.network import make_network_env
from tests.envs.minigrid_errands import Twins, config_of

DOORKEY, UNLOCK = "MiniGrid-DoorKey-8x8-v0", "MiniGrid-Unlock-v0"
OPEN, LOCKED = 0, 2


def codec(env_id: str, like: str | None = None) -> GridCodec:
    return codec_for(gym.make(env_id), like)


def named(codec: GridCodec, things: dict[tuple[int, int], tuple[str, str, int]], mission: str = "") -> set[str]:
    """Names of the columns that are one, where all of the view is unseen but for things at (ahead, right)."""
    size = codec.view_size
    image = np.zeros((size, size, 3), dtype=np.uint8)
    for (ahead, right), (kind, colour, state) in things.items():
        image[size // 2 + right, size - 1 - ahead] = OBJECT_TO_IDX[kind], COLOR_TO_IDX[colour], state
    row = codec.encode(image[np.newaxis], [mission])[0]
    return {name for name, value in zip(codec.names, row, strict=True) if value}


def test_a_column_says_where_what_is() -> None:
    things = {(2, -1): ("door", "yellow", LOCKED), (1, 0): ("key", "yellow", 0), (3, 2): ("wall", "grey", 0)}

    ones = named(codec(DOORKEY), things)

    assert ones == {"2 ahead 1 left: locked door", "1 ahead: key", "3 ahead 2 right: wall"}


def test_what_is_carried_is_a_column() -> None:
    assert named(codec(DOORKEY), {(0, 0): ("key", "yellow", 0)}) == {"carried: key"}
    assert named(codec(DOORKEY), {(0, 0): ("empty", "red", 0)}) == set()


def test_only_colours_that_vary_are_told() -> None:
    assert not [name for name in codec(DOORKEY).names if "yellow" in name]
    assert named(codec(UNLOCK), {(1, 0): ("key", "blue", 0)}) == {"1 ahead: key", "1 ahead: blue"}


def test_there_are_far_fewer_columns_than_flattened_observations_have() -> None:
    assert 200 < len(codec(DOORKEY).names) < 350
    assert len(codec("MiniGrid-Empty-5x5-v0").names) < 30


@pytest.mark.parametrize("env_id", [DOORKEY, UNLOCK, "MiniGrid-Fetch-8x8-N3-v0", "MiniGrid-ObstructedMaze-Full-v1"])
def test_names_are_told_once_and_are_as_many_as_the_numbers(env_id: str) -> None:
    env = make_network_env(config_of(env_id))

    observation, _ = env.reset(seed=0)

    names = codec(env_id).names
    assert len(set(names)) == len(names) == observation.size
    assert env.observation_space.contains(observation)


@pytest.mark.parametrize(
    ("env_id", "share"), [("MiniGrid-Empty-6x6-v0", 1), ("MiniGrid-LavaGapS5-v0", 1), ("MiniGrid-DoorKey-6x6-v0", 0.9)]
)
def test_every_column_varies_in_play_or_nearly_every(env_id: str, share: float) -> None:
    count, rng = 128, np.random.default_rng(0)
    batch, slots = MiniGridBatch(config_of(env_id), count), np.arange(count)
    rows, were_one, were_zero = batch.reset(slots, slots), set[int](), set[int]()

    for step in range(600):
        were_one.update(np.flatnonzero(rows.any(axis=0)).tolist())
        were_zero.update(np.flatnonzero(~rows.all(axis=0)).tolist())
        rows, _, terminated, truncated = batch.step(slots, rng.integers(7, size=count))
        over = np.flatnonzero(terminated | truncated)
        if len(over):
            batch.reset(over, over + count * (step + 1))

    assert len(were_one & were_zero) >= share * rows.shape[1]


@pytest.mark.parametrize("env_id", ["MiniGrid-DoorKey-5x5-v0", "MiniGrid-UnlockPickup-v0"])
def test_no_two_views_look_the_same_to_a_network(env_id: str) -> None:
    twins = Twins(config_of(env_id))

    twins.play(300)

    assert len(twins.rows) == len(twins.images) > 50


@settings(max_examples=50, deadline=None)
@given(images=arrays(np.uint8, (2, 7, 7, 3)), mission=st.text())
def test_any_image_and_mission_give_zeros_and_ones(images: np.ndarray, mission: str) -> None:
    rows = codec("MiniGrid-Fetch-8x8-N3-v0").encode(images, [mission, "get a red key"])

    assert rows.shape == (2, len(codec("MiniGrid-Fetch-8x8-N3-v0").names))
    assert rows.dtype == np.float32
    assert set(np.unique(rows)) <= {0, 1}


def test_images_and_looks_lead_to_the_same_row() -> None:
    env, batch = gym.make(UNLOCK), MiniGridBatch(config_of(UNLOCK), 4)
    slots = np.arange(4)

    rows = batch.reset(slots, slots)

    plain = [env.reset(seed=seed)[0] for seed in range(4)]
    images, missions = np.stack([one["image"] for one in plain]), [one["mission"] for one in plain]
    assert np.array_equal(codec(UNLOCK).encode(images, missions), rows)


# ------------------------------------------------------------------------------------------------------- missions


def test_only_a_mission_s_words_that_vary_have_columns() -> None:
    words = [name for name in codec("MiniGrid-UnlockPickup-v0").names if name.startswith("mission")]
    never = [name for name in codec(DOORKEY).names if name.startswith("mission")]
    box = [name for name in codec("MiniGrid-BlockedUnlockPickup-v0").names if name.startswith("mission, word 2")]

    assert len(words) == len(COLOR_TO_IDX)
    assert never == box == []


def test_a_mission_s_words_are_told_one_by_one() -> None:
    ones = named(codec("MiniGrid-Fetch-8x8-N3-v0"), {}, "go get a green key")

    assert ones == {"mission, word 1: go get a", "mission, word 2: green", "mission, word 3: key"}


class Ambiguous(EmptyEnv):
    """`go` may be either of its two words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        space = MissionSpace(lambda first, second: f"go {first}{second}".strip(), [["", "a"], ["", "a"]])
        self.observation_space = gym.spaces.Dict({**self.observation_space.spaces, "mission": space})

    def _gen_grid(self, width: int, height: int) -> None:
        super()._gen_grid(width, height)
        self.mission = "go a"


class Unsaid(EmptyEnv):
    """Its mission is none of its space's."""

    def _gen_grid(self, width: int, height: int) -> None:
        super()._gen_grid(width, height)
        self.mission = "dance"


@pytest.mark.parametrize("kind", [Ambiguous, Unsaid])
def test_missions_that_cannot_be_told_apart_are_refused_with_the_alternative(
    kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gym.registry, f"{kind.__name__}-v0", EnvSpec(f"{kind.__name__}-v0", entry_point=kind))

    with pytest.raises(ConfigError, match=r"^env\.network_wrapper: GridFeatures can't read.*minigrid.*FlatObsWrapper"):
        make_network_env(config_of(f"{kind.__name__}-v0"))


def test_babyai_s_missions_are_refused_with_the_alternative() -> None:
    with pytest.raises(ConfigError, match=r"^env\.network_wrapper: GridFeatures can't read.*FlatObsWrapper"):
        make_network_env(config_of("BabyAI-GoToLocal-v0"))


# ------------------------------------------------------------------------------------ the inputs of another environment


def test_an_environment_can_have_another_s_columns() -> None:
    config = config_of(UNLOCK, network_like=DOORKEY)
    env, batch = make_network_env(config), MiniGridBatch(config, 1)
    slot = np.array([0])

    for seed in range(5):
        row = env.reset(seed=seed)[0]
        assert np.array_equal(batch.reset(slot, np.array([seed]))[0], row)
    assert batch.observation_space == env.observation_space
    assert row.shape == (len(codec(DOORKEY).names),)


def test_in_another_s_columns_colours_that_never_vary_there_are_not_told() -> None:
    ones = named(codec(UNLOCK, DOORKEY), {(1, 0): ("key", "blue", 0), (2, 0): ("door", "red", OPEN)})

    assert ones == {"1 ahead: key", "2 ahead: open door"}


def test_another_s_unknown_id_is_an_error_with_the_nearest_spelling() -> None:
    with pytest.raises(ConfigError, match=r"^env\.network_like: .*MiniGrid-DorKey-8x8-v0.*did you mean MiniGrid-Door"):
        make_network_env(config_of(UNLOCK, network_like="MiniGrid-DorKey-8x8-v0"))


def test_another_s_view_must_be_as_large() -> None:
    config = config_of(UNLOCK, network_like=DOORKEY, kwargs={"agent_view_size": 5})

    with pytest.raises(ConfigError, match=r"^env\.network_like: MiniGrid-DoorKey-8x8-v0 has a view of 7 cells"):
        make_network_env(config)


def test_what_is_no_minigrid_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"^env\.network_wrapper: GridFeatures needs .*; CartPoleEnv is not$"):
        make_network_env(config_of("CartPole-v1"))


def test_a_wrapper_that_knows_no_other_environments_is_named() -> None:
    config = config_of(UNLOCK, network_like=DOORKEY)
    config.network_wrapper = "minigrid.wrappers.FlatObsWrapper"

    with pytest.raises(ConfigError, match=r"^env\.network_wrapper: `minigrid\.wrappers\.FlatObsWrapper` can't be put"):
        make_network_env(config)


def test_the_wrapper_leaves_rewards_and_ends_as_they_are() -> None:
    plain, wrapped = make_env(config_of(DOORKEY)), GridFeatures(make_env(config_of(DOORKEY)))
    plain.reset(seed=3)
    wrapped.reset(seed=3)

    for action in np.random.default_rng(0).integers(7, size=50):
        assert plain.step(int(action))[1:] == wrapped.step(int(action))[1:]
