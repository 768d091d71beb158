"""States in a line each: what it tells, that there are few of them, and that the twin tells the same."""

from dataclasses import replace

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import AbstractFieldConfig, EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.minigrid_batch import MiniGridBatch
from llmrl_runner.envs.minigrid_situations import MiniGridSituations, task_of
from llmrl_runner.envs.network_batch import SerialNetworkBatch, make_network_batch
from llmrl_runner.envs.situations import FieldSituations, make_situations
from llmrl_runner.methods.augmenting.telling import untold
from tests.methods.composed import config_of

SLOTS = np.arange(3)


def env_of(name: str) -> EnvConfig:
    return untold(config_of("method=augmented", f"env={name}").env)


# ---------------------------------------------------------------------------------------------------------- fields


def test_fields_are_told_in_words_by_where_their_values_lie() -> None:
    env = env_of("cartpole")
    situations = make_situations(env)
    batch = make_network_batch(env, 3)

    told = situations.lines(
        batch, SLOTS, np.array([[0, 0, -0.06, 0], [1.5, -1, 0.03, 0.7], [-1, 0.5, 0.0, -0.5]], dtype=np.float32)
    )

    assert told == [
        "pole: leaning left; it turns: hardly; cart: near the middle; it moves: slowly",
        "pole: leaning a little right; it turns: to the right; cart: far right; it moves: to the left",
        "pole: leaning a little left; it turns: to the left; cart: far left; it moves: slowly",
    ]
    assert (
        "- pole: leaning left where pole angle (rad) is at most -0.05, leaning a little left up to 0"
        in situations.legend
    )
    batch.close()


def test_a_field_may_be_told_less_another() -> None:
    env = env_of("fetch_reach")
    batch = make_network_batch(env, 1)
    seen = batch.reset(np.array([0]), np.array([3]))
    situations = make_situations(env)
    goal, achieved = seen[0, 3:6], seen[0, :3]

    [line] = situations.lines(batch, np.array([0]), seen)

    words = [
        ("back", "level in x", "away"),
        ("to the right", "level in y", "to the left"),
        ("below", "level in z", "above"),
    ]
    expected = [
        three[int(np.searchsorted([-0.02, 0.02], gap))] for three, gap in zip(words, goal - achieved, strict=True)
    ]
    assert line == f"the goal is: {expected[0]}; and: {expected[1]}; and so: {expected[2]}"
    batch.close()


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            AbstractFieldConfig("pole angel", edges=[0], words=["a", "b"]),
            "no field is called `pole angel`; did you mean",
        ),
        (AbstractFieldConfig("pole angle", "cart", edges=[0], words=["a", "b"]), "no field is called `cart`"),
        (AbstractFieldConfig("pole angle", edges=[0], words=["a"]), "pole angle: edges must grow, with one word more"),
        (AbstractFieldConfig("pole angle", edges=[1, 0], words=["a", "b", "c"]), "pole angle: edges must grow"),
    ],
)
def test_fields_that_can_not_be_told_are_named(entry: AbstractFieldConfig, told: str) -> None:
    with pytest.raises(ConfigError, match=f"^env.abstract: .*{told}"):
        FieldSituations(replace(env_of("cartpole"), abstract=[entry]))


def test_an_environment_without_words_for_its_states_says_which_key_is_missing() -> None:
    with pytest.raises(ConfigError, match=r"^env.abstract: needed, to tell acrobot's states"):
        make_situations(env_of("acrobot"))


# ---------------------------------------------------------------------------------------------------------- MiniGrid


@pytest.mark.parametrize(
    ("name", "most"),
    [("babyai_goto_local", 45), ("key_corridor_s3r1", 120), ("doorkey_6x6", 400), ("multi_room_n4_s5", 60)],
)
def test_the_twin_and_minigrid_tell_the_same_few_lines(name: str, most: int) -> None:
    env = env_of(name)
    twin, serial, situations = MiniGridBatch(env, 3), SerialNetworkBatch(env, 3), make_situations(env)
    rng = np.random.default_rng(0)
    seen = [batch.reset(SLOTS, SLOTS) for batch in (twin, serial)]
    met = set()

    for step in range(120):
        lines = [
            situations.lines(batch, SLOTS, observations)
            for batch, observations in zip((twin, serial), seen, strict=True)
        ]
        assert lines[0] == lines[1]
        met.update(lines[0])
        actions = rng.integers(7, size=3)
        outcomes = [batch.step(SLOTS, actions) for batch in (twin, serial)]
        seen = [outcome[0] for outcome in outcomes]
        ended = np.flatnonzero(outcomes[0][2] | outcomes[0][3])
        if len(ended):
            for batch, observations in zip((twin, serial), seen, strict=True):
                observations[ended] = batch.reset(ended, ended + 1000 * step)

    assert 3 < len(met) <= most
    assert not any("\n" in line for line in met)
    twin.close()
    serial.close()


@pytest.mark.parametrize(
    ("mission", "landmarks", "text"),
    [
        ("go to the red ball", [], "go to the target"),
        ("pick up a purple box", [], "pick up the target"),
        ("pick up the box on your left", [], "pick up the target on your left"),
        ("put the red ball next to the green key", [], "put the target next to the second target"),
        ("pick up the ball", ["key", "door"], "pick up the target"),
        ("use the key to open the door and then get to the goal", ["key", "door", "goal"],
         "use the key to open the door and then get to the goal"),
        ("open the red door", ["door"], "open the target"),
        ("pick up an object", [], "pick up an object"),
    ],
)  # fmt: skip
def test_missions_are_told_by_roles_and_not_by_colours(mission: str, landmarks: list[str], text: str) -> None:
    told = task_of(mission, landmarks).text

    assert told == text or (mission == "pick up an object" and "target" in told)


def test_missions_that_differ_in_colour_alone_have_the_same_lines() -> None:
    env = env_of("babyai_goto_local")
    batch, situations = MiniGridBatch(env, 40), MiniGridSituations(env)
    slots = np.arange(40)
    seen = batch.reset(slots, slots)

    instructions, lines = situations.instructions(batch, slots), situations.lines(batch, slots, seen)

    assert len(set(instructions)) > 10
    assert len(set(lines)) < 15
    assert all(line.startswith("task: go to the target; carrying: nothing; in front: ") for line in lines)
    batch.close()


def test_another_instruction_is_told_and_lines_are_about_it() -> None:
    env = env_of("babyai_goto_local")
    batch, situations = MiniGridBatch(env, 30), MiniGridSituations(env)
    slots = np.arange(30)
    seen = batch.reset(slots, slots)
    missions = sorted(set(situations.instructions(batch, slots)))
    others = dict(zip(missions, [*missions[1:], missions[0]], strict=True))

    misled = situations.telling(others)

    assert misled.instructions(batch, slots) == [others[each] for each in situations.instructions(batch, slots)]
    assert misled.lines(batch, slots, seen) != situations.lines(batch, slots, seen)
    batch.close()


def test_a_landmark_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^env.landmarks: `chair` is none of key, ball"):
        MiniGridSituations(replace(env_of("doorkey_6x6"), landmarks=["chair"]))
