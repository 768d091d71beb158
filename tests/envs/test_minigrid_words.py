"""What an LLM is told of a MiniGrid view, held against the view and against the world behind it."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from minigrid.core.constants import COLOR_TO_IDX, OBJECT_TO_IDX, STATE_TO_IDX

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.minigrid_view import View
from llmrl_runner.envs.minigrid_words import MiniGridWords

LoadEnv = Callable[[str], EnvConfig]
SIZE, REACH = 7, 3
LISTED = re.compile(r"^- (?P<name>.+): (?P<ahead>\d) ahead(?:, (?P<steps>\d) (?P<side>left|right))?", re.MULTILINE)


def image(things: dict[tuple[int, int], str], fill: str = "empty") -> np.ndarray:
    """A view with each thing (`locked yellow door`) at its place (ahead, right)."""
    cells = np.zeros((SIZE, SIZE, 3), dtype=np.uint8)
    cells[..., 0] = OBJECT_TO_IDX[fill]
    for (ahead, right), thing in things.items():
        *words, kind = thing.split()
        state, colour = (words[0] if len(words) == 2 else "open"), words[-1] if words else "grey"
        cells[REACH + right, SIZE - 1 - ahead] = OBJECT_TO_IDX[kind], COLOR_TO_IDX[colour], STATE_TO_IDX[state]
    return cells


def observation(things: dict[tuple[int, int], str], fill: str = "empty", direction: int = 0) -> dict[str, Any]:
    return {"image": image(things, fill), "direction": direction, "mission": "open the door"}


@pytest.fixture(scope="module")
def words() -> MiniGridWords:
    parts = {"image": spaces.Box(0, 255, (SIZE, SIZE, 3), np.uint8), "direction": spaces.Discrete(4)}
    env: Any = type("AnyEnv", (), {"observation_space": spaces.Dict({**parts, "mission": spaces.Text(40)})})()
    return MiniGridWords(EnvConfig(name="any", id="any", goal="a goal", reward="a reward"), env)


def listed(told: str) -> set[tuple[int, int, str]]:
    """The objects that a text lists: (ahead, right, name)."""
    return {
        (int(line["ahead"]), int(line["steps"] or 0) * (-1 if line["side"] == "left" else 1), line["name"])
        for line in LISTED.finditer(told)
    }


def drawn(told: str) -> dict[tuple[int, int], str]:
    """The map in a text: the character at each place (ahead, right)."""
    rows = [line.split() for line in told.splitlines() if re.match(r" \d ahead", line)]
    return {(int(row[0]), column - REACH): sign for row in rows for column, sign in enumerate(row[2:])}


def test_a_view_is_told_in_full(words: MiniGridWords) -> None:
    seen = observation(
        {(0, 0): "red key", (1, 0): "locked red door", (2, -1): "green ball", (0, 2): "wall", (3, 0): "unseen"},
        direction=2,
    )

    told = words.tell(seen)

    assert told.splitlines()[:8] == [
        "Mission: open the door",
        "Facing: west",
        "Carrying: a red key",
        "In front: a locked red door",
        "Free way: 0 ahead, then a locked red door; 3 to your left, then the view ends; 1 to your right, then a wall",
        "Objects:",
        "- locked red door: 1 ahead (directly in front of you)",
        "- green ball: 2 ahead, 1 left",
    ]
    assert drawn(told)[3, 0] == "?"
    assert drawn(told)[0, 0] == "^"
    assert drawn(told)[0, 2] == "#"


@pytest.mark.parametrize("state", ["open", "closed", "locked"])
def test_a_door_is_told_with_its_state(words: MiniGridWords, state: str) -> None:
    told = words.tell(observation({(2, 0): f"{state} blue door"}))

    assert listed(told) == {(2, 0, f"{state} blue door")}
    assert f"1 ahead, then {'an' if state == 'open' else 'a'} {state} blue door" in told
    assert drawn(told)[2, 0] == {"open": "O", "closed": "D", "locked": "L"}[state]


def test_with_empty_hands_and_nothing_in_view_it_says_so(words: MiniGridWords) -> None:
    told = words.tell(observation({}))

    assert "Carrying: nothing" in told
    assert "Objects: none in view" in told
    assert "6 ahead, then the view ends" in told


def test_rows_of_which_nothing_is_seen_are_not_drawn(words: MiniGridWords) -> None:
    told = words.tell(observation({(0, 0): "empty", (1, 0): "wall", (0, 1): "wall", (0, -1): "wall"}, fill="unseen"))

    assert {ahead for ahead, _ in drawn(told)} == {0, 1}


def test_the_line_for_the_history_names_the_same_things(words: MiniGridWords) -> None:
    brief = words.in_brief(observation({(0, 0): "grey box", (1, 0): "wall", (2, 3): "yellow key"}, direction=3))

    assert brief == "facing north, carrying a grey box, in front: a wall, in view: yellow key (2 ahead, 3 right)"


NAMES = st.sampled_from(
    ["unseen", "empty", "wall", "blue floor", "green goal", "lava"]
    + [f"{colour} {kind}" for colour in COLOR_TO_IDX for kind in ("key", "ball", "box")]
    + [f"{state} {colour} door" for state in STATE_TO_IDX for colour in COLOR_TO_IDX]
)
PLACES = st.tuples(st.integers(0, SIZE - 1), st.integers(-REACH, REACH))


@given(things=st.dictionaries(PLACES, NAMES, max_size=49), direction=st.integers(0, 3))
def test_every_object_of_any_view_is_listed_where_it_is(
    words: MiniGridWords, things: dict[tuple[int, int], str], direction: int
) -> None:
    told = words.tell(observation(things, direction=direction))

    blank = ("unseen", "empty", "wall", "blue floor")
    objects = {(*place, name) for place, name in things.items() if place != (0, 0) and name not in blank}
    assert listed(told) == objects
    assert {place for place, sign in drawn(told).items() if sign in "KBXGODL~"} == {item[:2] for item in objects}


@pytest.mark.parametrize("seed", range(3))
def test_in_random_play_all_that_is_told_is_there(grid_config: EnvConfig, seed: int) -> None:
    environment, env = Environment(grid_config), make_env(grid_config)
    random, world = np.random.default_rng(seed), env.unwrapped
    seen, _ = env.reset(seed=seed)

    for _ in range(60):
        told = environment.words.tell(seen)
        for ahead, right, name in listed(told):
            x, y = np.asarray(world.agent_pos) + ahead * world.dir_vec + right * world.right_vec
            thing = world.grid.get(int(x), int(y))
            assert name.split()[-2:] == [thing.color, thing.type]
            assert name.split()[0] == "locked" or not getattr(thing, "is_locked", False)
        assert len(listed(told)) == len(View(seen["image"]).objects)
        assert ("Carrying: nothing" in told) is (world.carrying is None)
        seen, _, terminated, truncated, _ = env.step(random.choice([0, 1, 2, 2, 2, 3, 4, 5]))
        if terminated or truncated:
            seen, _ = env.reset(seed=seed + 100)
    env.close()


def test_the_schema_explains_every_symbol_and_line(words: MiniGridWords) -> None:
    told = words.tell(observation({(1, 0): "open red door", (2, 0): "lava", (3, 0): "unseen"}))

    for label in re.findall(r"^(\w[\w ]*):", told, flags=re.MULTILINE):
        assert f"- {label}:" in words.observation_schema
    for sign in set(drawn(told).values()):
        assert f"{sign} " in words.observation_schema.splitlines()[-1]
    assert "7 cells wide and 7 deep" in words.observation_schema


def test_an_environment_without_a_view_is_refused_by_its_key(load_env: LoadEnv) -> None:
    config = load_env("cartpole")
    config.words = load_env("doorkey_6x6").words

    with pytest.raises(ConfigError, match=r"image, direction and mission; CartPole-v1 has") as error:
        _ = Environment(config).words

    assert error.value.key == "env.words"
