"""Demonstrations as a network sees them: played again from seeds and actions, taken apart and put into files."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.rl.demonstration_files import ARRAYS, TEXT, read_demonstrations, write_demonstrations
from llmrl_runner.rl.demonstrations import Demonstrations, EpisodeError, rebuild
from tests.envs.files import load_env

LAKE, ROOM = load_env("frozen_lake"), load_env("empty_8x8")
WALK, HOLE = [1, 1, 2, 2, 1, 2], [2, 1]
TO_THE_GOAL = [2] * 5 + [1] + [2] * 5
STEPS = ("observations", "actions", "rewards", "episodes", "is_chosen")
EPISODES = ("seeds", "returns", "lengths", "successes")


def changed(config: EnvConfig, **values: Any) -> EnvConfig:
    return replace(config, **values)


def test_an_episode_is_seen_as_the_network_sees_it() -> None:
    found = rebuild(ROOM, [7, 8], [TO_THE_GOAL, [0, 2]])

    env = make_network_env(ROOM)
    seen = [env.reset(seed=7)[0]]
    for action in TO_THE_GOAL[:-1]:
        seen.append(env.step(action)[0])
    env.close()
    assert found.observations.dtype == env.observation_space.dtype
    assert np.array_equal(found.observations[: len(seen)], np.stack(seen))
    assert found.episodes.tolist() == [0] * 11 + [1] * 2
    assert found.lengths.tolist() == [11, 2]
    assert found.rewards[:11].tolist() == [0.0] * 10 + [found.returns[0]]
    assert found.returns.tolist() == [pytest.approx(1 - 0.9 * 11 / 256), 0.0]
    assert found.successes is not None
    assert found.successes.tolist() == [True, False]


def test_what_isn_t_over_is_no_success_whatever_its_return() -> None:
    config = load_env("cartpole")
    config.success.return_at_least = 3

    found = rebuild(config, [0], [[0, 1, 0, 1]])

    assert (found.returns.tolist(), found.successes is not None and found.successes.tolist()) == ([4.0], [False])


def test_success_is_unknown_where_the_environment_doesn_t_define_it() -> None:
    config = load_env("cartpole")
    config.success.return_at_least = config.success.last_reward_at_least = None

    assert rebuild(config, [0], [[0, 1]]).successes is None


@pytest.mark.parametrize(
    ("actions", "reason"),
    [([WALK, []], "no actions"), ([WALK, [1, 4]], "action 4 of step 1"), ([WALK, [*WALK, 0]], "ends after 6 steps")],
)
def test_an_episode_that_can_t_be_played_is_named(actions: list[list[int]], reason: str) -> None:
    with pytest.raises(EpisodeError, match=reason) as error:
        rebuild(LAKE, [1, 2], actions)

    assert error.value.episode == 1


def test_actions_that_are_numbers_can_t_be_demonstrated() -> None:
    with pytest.raises(ConfigError, match=r"one of a few \(Discrete\) can"):
        rebuild(load_env("pendulum"), [0], [[0]])


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_episodes_that_are_taken_are_those_that_would_be_rebuilt_of_them(wanted: list[bool]) -> None:
    episodes = [(1, WALK), (2, HOLE), (3, [1]), (4, WALK)]
    everything = rebuild(LAKE, [seed for seed, _ in episodes], [actions for _, actions in episodes])

    taken = everything.take(np.array(wanted))

    chosen = [episode for episode, is_wanted in zip(episodes, wanted, strict=True) if is_wanted]
    again = rebuild(LAKE, [seed for seed, _ in chosen], [actions for _, actions in chosen])
    for name in (*STEPS, *EPISODES):
        assert np.array_equal(getattr(taken, name), getattr(again, name))
    assert [each.tolist() for each in taken.of_episodes(taken.actions)] == [actions for _, actions in chosen]


def test_thirty_five_episodes_are_played_again_within_a_second() -> None:
    started = time.process_time()

    rebuild(load_env("doorkey_8x8"), range(35), [[0, 2, 1, 2, 5] * 4] * 35)

    assert time.process_time() - started < 1


# ------------------------------------------------------------------------------------------------------------ files


@pytest.fixture(scope="module")
def found() -> Demonstrations:
    rebuilt = rebuild(ROOM, [7, 8], [TO_THE_GOAL, [0, 2]], [[True] * 11, [False, True]])
    costs = {"calls": np.array([1, 3]), "prompt_tokens": np.array([100, 300])}
    return replace(rebuilt, model="a model", how="in words", attempted=5, **costs)


@pytest.mark.parametrize("name", [ARRAYS, TEXT])
def test_demonstrations_are_read_as_they_were_written(name: str, found: Demonstrations, tmp_path: Path) -> None:
    write_demonstrations(tmp_path, found)

    read = read_demonstrations(tmp_path / name, ROOM)

    for column in (*STEPS, *EPISODES):
        assert np.array_equal(getattr(read, column), getattr(found, column))
        assert getattr(read, column).dtype == getattr(found, column).dtype
    for word in ("env_id", "kwargs", "model", "how", "attempted"):
        assert getattr(read, word) == getattr(found, word)
    if name == ARRAYS:
        assert read.calls is not None
        assert read.calls.tolist() == [1, 3]
    assert read.completion_tokens is None


def test_files_are_the_same_when_they_are_written_again_and_hold_no_pickles(
    found: Demonstrations, tmp_path: Path
) -> None:
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
        write_demonstrations(tmp_path / name, found)

    for name in (ARRAYS, TEXT):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    with np.load(tmp_path / "first" / ARRAYS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays} <= set("fiubU")
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == sorted([ARRAYS, TEXT])


def test_no_episodes_at_all_are_written_too(found: Demonstrations, tmp_path: Path) -> None:
    write_demonstrations(tmp_path, found.take(np.zeros(2, dtype=bool)))

    with pytest.raises(ConfigError, match="it holds no episodes"):
        read_demonstrations(tmp_path / TEXT, ROOM)
    with pytest.raises(ConfigError, match="it holds no episodes"):
        read_demonstrations(tmp_path / ARRAYS, ROOM)


Spoil = Callable[[dict[str, Any]], Any]


def _swapped(arrays: dict[str, Any]) -> None:
    arrays["observations"] = arrays["observations"][::-1]


SPOILT: dict[str, tuple[Spoil, str]] = {
    "another environment": (lambda a: a.update(env_id=np.array("CartPole-v1")), "its episodes are of CartPole-v1"),
    "other kwargs": (lambda a: a.update(kwargs=np.array('{"size": 8}')), "were played with kwargs {'size': 8}"),
    "kwargs that are none": (lambda a: a.update(kwargs=np.array("[")), "`kwargs` needs to be an object"),
    "no actions": (lambda a: a.pop("actions"), "lacks the array 'actions'"),
    "no name": (lambda a: a.pop("env_id"), "lacks the array 'env_id'"),
    "a name that is a number": (lambda a: a.update(env_id=np.array(3)), "`env_id` needs to be a text"),
    "actions that aren't whole": (lambda a: a.update(actions=a["actions"] / 2), "`actions` needs whole numbers"),
    "too few actions": (lambda a: a.update(actions=a["actions"][1:]), "`actions` needs whole numbers of shape (13,)"),
    "actions in a table": (lambda a: a.update(actions=a["actions"][:, None]), "and has int64 of (13, 1)"),
    "claims that are numbers": (lambda a: a.update(is_chosen=a["actions"]), "`is_chosen` needs booleans"),
    "lengths that don't fit": (lambda a: a.update(lengths=np.array([10, 3])), "don't tell the same episodes"),
    "negative lengths": (lambda a: a.update(lengths=np.array([14, -1])), "don't tell the same episodes"),
    "attempts that are no number": (lambda a: a.update(attempted=np.array("5")), "`attempted` needs to be a whole"),
    "an action that doesn't exist": (lambda a: a["actions"].__setitem__(12, 7), "episode 1: action 7 of step 1"),
    "an action of less than 0": (lambda a: a["actions"].__setitem__(12, -1), "episode 1: action -1 of step 1"),
    "another return": (lambda a: a["returns"].__setitem__(0, 1.0), "episode 0: played again, it returns 0.96"),
    "a return that is no number": (lambda a: a["returns"].__setitem__(0, np.nan), "episode 0: played again, it ret"),
    "a success that is none": (lambda a: a["successes"].__setitem__(1, True), "episode 1: it is said to be a success"),
    "a success that isn't told": (lambda a: a["successes"].__setitem__(0, False), "episode 0: it is said to be no su"),
    "another observation": (lambda a: a["observations"].__setitem__((12, 0), 99), "episode 1: played again, step 1"),
    "observations in disorder": (_swapped, "episode 0: played again, step 0"),
    "observations of another kind": (
        lambda a: a.update(observations=np.ones((13, 2))),
        "a .json file fits any network",
    ),
    "too few observations": (lambda a: a.update(observations=np.ones((2, 2))), "one entry for each of 13 steps"),
    "observations that are words": (lambda a: a.update(observations=np.array(["a"] * 13)), "aren't numbers"),
    "the same seed twice": (lambda a: a["seeds"].__setitem__(1, 7), "episode 1: its seed 7 is that of episode 0 too"),
    "a negative seed": (lambda a: a["seeds"].__setitem__(1, -7), "episode 1: its seed -7 is no whole number"),
    "pickled objects": (lambda a: a.update(model=np.array({}, dtype=object)), "is no file of plain arrays"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_arrays_that_don_t_hold_are_refused_with_the_file_and_the_episode(
    fault: str, found: Demonstrations, tmp_path: Path
) -> None:
    write_demonstrations(tmp_path, found)
    spoil, says = SPOILT[fault]
    with np.load(tmp_path / ARRAYS) as stored:
        arrays = {name: stored[name] for name in stored}
    spoil(arrays)
    path = tmp_path / "theirs.npz"
    np.savez(path, **arrays)

    with pytest.raises(ConfigError) as error:
        read_demonstrations(path, ROOM)

    assert (error.value.key, error.value.problem.startswith(f"{path}: ")) == ("method.demos.path", True)
    assert says in error.value.problem
    assert "\n" not in error.value.problem
