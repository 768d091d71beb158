"""Files of seeds and actions, as others write them: read as they are, or refused by what is wrong with them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.rl.demonstration_files import read_demonstrations
from tests.envs.files import load_env

LAKE = load_env("frozen_lake")
WALK, HOLE = [1, 1, 2, 2, 1, 2], [2, 1]
GOOD = {"seed": 1, "actions": WALK}


def file_of(folder: Path, *trajectories: Any, **told: Any) -> Path:
    path = folder / "demos.json"
    path.write_text(json.dumps({"env_id": "FrozenLake-v1", "trajectories": list(trajectories), **told}))
    return path


def problem_of(path: Path) -> str:
    with pytest.raises(ConfigError) as error:
        read_demonstrations(path, LAKE)
    assert error.value.key == "method.demos.path"
    assert "\n" not in error.value.problem
    return error.value.problem.removeprefix(f"{path}: ")


def outcome_of(path: Path) -> str:
    """That a file is read, or the key that it is refused by."""
    try:
        read_demonstrations(path, LAKE)
    except ConfigError as error:
        return error.key
    return "read"


def test_a_file_of_seeds_and_actions_alone_is_enough(tmp_path: Path) -> None:
    read = read_demonstrations(file_of(tmp_path, GOOD, {"seed": 9, "actions": HOLE}), LAKE)

    assert read.successes is not None
    assert (read.seeds.tolist(), read.successes.tolist()) == ([1, 9], [True, False])
    assert read.is_chosen.all()
    assert (read.model, read.how, read.attempted, read.calls) == ("", "", None, None)


def test_a_file_as_others_wrote_it_is_read_with_who_made_it_and_how_often_they_tried(tmp_path: Path) -> None:
    others = {"source": "a repository", "model": "llama", "attempted": 50, "first_seed": 1, "max_steps_per_attempt": 50}

    read = read_demonstrations(file_of(tmp_path, GOOD, {"seed": 2, "actions": WALK}, **others, successful=2), LAKE)

    assert (read.model, read.how, read.attempted, len(read)) == ("llama", "a repository", 50, 2)


def test_a_file_that_calls_all_its_episodes_successes_is_held_to_it(tmp_path: Path) -> None:
    fails = {"seed": 2, "actions": HOLE}

    assert "episode 1: it is said to be a success" in problem_of(file_of(tmp_path, GOOD, fails, successful=2))
    assert len(read_demonstrations(file_of(tmp_path, GOOD, fails, successful=1), LAKE)) == 2
    told = [{**GOOD, "success": True}, {**fails, "success": False}]
    assert len(read_demonstrations(file_of(tmp_path, *told, successful=2), LAKE)) == 2


@pytest.mark.parametrize(
    ("episode", "says"),
    [
        ("down", "needs a `seed` and a list of `actions`"),
        ({"seed": 2}, "needs a `seed` and a list of `actions`"),
        ({"actions": WALK}, "needs a `seed` and a list of `actions`"),
        ({"seed": 2, "actions": "down"}, "needs a `seed` and a list of `actions`"),
        ({"seed": -1, "actions": WALK}, "its seed is no whole number"),
        ({"seed": 1.5, "actions": WALK}, "its seed is no whole number"),
        ({"seed": True, "actions": WALK}, "its seed is no whole number"),
        ({"seed": 2**63, "actions": WALK}, "its seed is no whole number"),
        ({"seed": 1, "actions": WALK}, "its seed 1 is that of episode 0 too"),
        ({"seed": 2, "actions": []}, "it has no actions"),
        ({"seed": 2, "actions": [1, 4]}, "action 4 of step 1 doesn't exist in FrozenLake-v1: they are 0 to 3"),
        ({"seed": 2, "actions": [1, -1]}, "its action -1 is no whole number"),
        ({"seed": 2, "actions": [1, 1.5]}, "its action 1.5 is no whole number"),
        ({"seed": 2, "actions": [1, None]}, "its action null is no whole number"),
        ({"seed": 2, "actions": [1, {"a": [0] * 99}]}, "is no whole number"),
        ({"seed": 2, "actions": [*WALK, 0]}, "played again, it ends after 6 steps, and it has 7 actions"),
        ({"seed": 2, "actions": HOLE, "success": True}, "it is said to be a success, and played again it is none"),
        ({"seed": 2, "actions": WALK, "success": False}, "it is said to be no success, and played again it is"),
        ({"seed": 2, "actions": WALK, "success": 1}, "`success` true or false"),
        ({"seed": 2, "actions": WALK, "return": 0.5}, "played again, it returns 1, not 0.5"),
        ({"seed": 2, "actions": WALK, "return": float("nan")}, "`return` needs to be a number"),
        ({"seed": 2, "actions": WALK, "return": 10**400}, "`return` needs to be a number"),
        ({"seed": 2, "actions": WALK, "not_chosen": [6]}, "`not_chosen`"),
        ({"seed": 2, "actions": WALK, "not_chosen": "all"}, "`not_chosen`"),
    ],
)
def test_an_episode_that_doesn_t_hold_is_refused_by_its_number(episode: Any, says: str, tmp_path: Path) -> None:
    problem = problem_of(file_of(tmp_path, GOOD, episode))

    assert problem.startswith("episode 1: ")
    assert says in problem


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"env_id": "CartPole-v1"}, "its episodes are of CartPole-v1, and env=frozen_lake is FrozenLake-v1"),
        ({"env_id": None}, "needs an object with `env_id`"),
        ({"kwargs": {"map_name": "8x8"}}, "its episodes were played with kwargs"),
        ({"kwargs": "8x8"}, "`kwargs` needs to be an object"),
        ({"trajectories": []}, "it holds no episodes"),
        ({"trajectories": {}}, "a list of `trajectories`"),
        ({"trajectories": None}, "a list of `trajectories`"),
    ],
)
def test_a_file_of_something_else_is_refused(told: dict[str, Any], says: str, tmp_path: Path) -> None:
    assert says in problem_of(file_of(tmp_path, GOOD, **told))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("demos.json", b"[1, 2", "is no JSON"),
        ("demos.json", b"\xff\xfe\x00", "is no JSON"),
        ("demos.json", b"[" * 100_000, "is no JSON"),
        ("demos.json", b"[1, 2]", "needs an object"),
        ("demos.json", b"", "is no JSON"),
        ("demos.npz", b"", "is no file of plain arrays"),
        ("demos.npz", b"PK\x03\x04 cut off", "is no file of plain arrays"),
        ("demos.npz", b"\x93NUMPY", "is no file of plain arrays"),
        ("demos.npz", b"\x80\x04N.", "is no file of plain arrays"),
        ("demos.pkl", b"\x80\x04N.", "needs to be a .json or .npz file"),
    ],
)
def test_a_file_that_can_t_be_read_is_refused(name: str, data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    assert says in problem_of(path)


@pytest.mark.parametrize("name", ["none.json", "none.npz", "folder.json"])
def test_a_file_that_isn_t_there_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()

    assert problem_of(tmp_path / name) == "there is no such file"


def test_a_single_array_is_no_file_of_demonstrations(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")

    assert "is no file of plain arrays (a single array)" in problem_of(tmp_path / "one.npz")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["seed", "actions", "return", "success", "not_chosen"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["kwargs", "model", "attempted", "successful", "trajectories"]), ANY))
def test_whatever_a_file_says_it_is_read_or_refused_by_its_key(
    tmp_path_factory: pytest.TempPathFactory, told: dict[str, Any]
) -> None:
    path = file_of(tmp_path_factory.mktemp("any"), **told)

    assert outcome_of(path) in ("read", "method.demos.path")
