"""What llmae_ppo begins with: files of demonstrations, checkpoints of others, and what it refuses in a line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.app.command import CommandLine, Ended
from tests.app.trained import SMALL, TINY, TrainedRun, only_trained, same, weights

pytestmark = pytest.mark.usefixtures("no_page")

WALK, HOLE = [1, 1, 2, 2, 1, 2], [2, 1]  # on FrozenLake
GOOD = {"seed": 1, "actions": WALK}
FROM_FILE = ("env=frozen_lake", *TINY, "llm=none", "method.demos.path=mine.json")


def write(path: Path, *trajectories: Any, **told: Any) -> None:
    """A file of demonstrations on FrozenLake, as others write them."""
    path.write_text(json.dumps({"env_id": "FrozenLake-v1", "trajectories": trajectories, **told}))


def assert_refused(ended: Ended, line: str, command: CommandLine) -> None:
    """In one line, before anything was written."""
    assert (ended.code, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith(line)
    assert not (command.folder / "outputs").exists()


# ------------------------------------------------------------------------------------------- files of demonstrations


def test_what_one_run_was_shown_another_takes_from_its_files_whatever_its_seed(here: CommandLine) -> None:
    small = ("env=doorkey_5x5", *TINY, "method.demos.episodes=5")
    here.run(*small)
    shown = only_trained(here).iterations[0]

    for seed, name in enumerate(["demonstrations.json", "demonstrations.npz"], start=1):
        ended = here.run(*small, "llm=none", f"method.demos.path={shown / name}", f"seed={seed}")
        assert ended.code == 0, ended.err

    source, *others = [TrainedRun(path) for path in sorted(here.runs(), key=lambda path: path.name)]
    told = [(run.iterations[0] / "demonstrations.json").read_text() for run in (source, *others)]
    assert told[0] == told[1] == told[2]
    for run in others:
        assert (run.result["llm"]["calls"], run.result["demos"]["kind"]) == (0, "file")
        assert (run.result["demos"]["succeeded"], run.result["cloning"]["episodes"]) == (5, 4)
        assert run.result["demos"]["model"] == source.result["llm"]["model"]
    assert not same(others[0].weights(1), others[1].weights(1))  # of networks that began otherwise


def test_a_file_that_is_moved_is_the_same_run_and_one_that_is_changed_another(here: CommandLine) -> None:
    mine = here.folder / "mine.json"
    write(mine, GOOD, {"seed": 2, "actions": WALK})
    here.run(*FROM_FILE)
    run = here.only_run()

    mine.rename(here.folder / "yours.json")
    moved = here.run(*FROM_FILE, "method.demos.path=yours.json")
    write(mine, GOOD)
    changed = here.run(*FROM_FILE)

    assert "finished before" in moved.out
    assert "finished before" not in changed.out
    assert changed.code == 0, changed.err
    assert len(here.runs()) == 2
    assert run in here.runs()


def of_other_shapes(path: Path) -> None:
    """What numpy reads, with actions that aren't one number a step."""
    steps = len(WALK)
    np.savez(
        path, seeds=[1], lengths=[steps], episodes=np.zeros(steps, int), actions=np.zeros((steps, 2), int),
        is_chosen=np.ones(steps, bool), returns=[1.0], observations=np.zeros((steps, 16)), env_id="FrozenLake-v1",
    )  # fmt: skip


BAD_FILES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "of another environment": (
        "a.json", lambda path: write(path, GOOD, env_id="Taxi-v3"), "its episodes are of Taxi-v3, and env=frozen_lake"
    ),
    "an action that doesn't exist": (
        "a.json", lambda path: write(path, GOOD, {"seed": 2, "actions": [9]}), "episode 1: action 9 of step 0"
    ),
    "a success that is none": (
        "a.json",
        lambda path: write(path, GOOD, {"seed": 2, "actions": HOLE, "success": True}),
        "episode 1: it is said to be a success, and played again it is none",
    ),
    "another return": ("a.json", lambda path: write(path, {**GOOD, "return": 0.5}), "episode 0: played again, it ret"),
    "no episodes": ("a.json", write, "it holds no episodes"),
    "no bytes": ("a.json", lambda path: path.write_text(""), "is no JSON"),
    "other shapes": ("a.npz", of_other_shapes, "its `actions` needs whole numbers of shape (6,)"),
    "not there": ("a.npz", lambda path: None, "there is no such file"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_in_a_line_that_names_it_and_the_reason(kind: str, here: CommandLine) -> None:
    name, make, reason = BAD_FILES[kind]
    make(here.folder / name)

    ended = here.run(*FROM_FILE, f"method.demos.path={name}")

    assert_refused(ended, f"method.demos.path: {name}: {reason}", here)


def test_a_file_without_a_success_is_refused_where_only_those_are_kept(here: CommandLine) -> None:
    write(here.folder / "mine.json", {"seed": 1, "actions": HOLE})

    ended = here.run(*FROM_FILE)

    assert_refused(ended, "method.demos.keep: successes leaves nothing: none of the 1 episodes in mine.json", here)


# ---------------------------------------------------------------------------------------------- checkpoints of others


TRANSFER = ("env=cartpole", *TINY, "llm=none", "method.init=transfer", "method.iterations=2")


@pytest.fixture
def plain(here: CommandLine) -> Path:
    """A checkpoint of Stable-Baselines3 alone."""
    from stable_baselines3 import PPO

    model = PPO("MlpPolicy", "CartPole-v1", policy_kwargs={"net_arch": [16]}, n_steps=8, batch_size=8, device="cpu")
    model.num_timesteps = 5000  # says that it was trained
    model.save(here.folder / "plain.zip")
    return here.folder / "plain.zip"


def test_a_checkpoint_of_somebody_else_is_what_ppo_goes_on_from(here: CommandLine, plain: Path) -> None:
    shutil.copy(plain, here.folder / "copied.zip")

    ended = here.run(*TRANSFER, "method.transfer.checkpoint=plain.zip")
    again = here.run(*TRANSFER, "method.transfer.checkpoint=copied.zip")

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert "finished before" in again.out
    assert same(run.weights(0), weights(plain))
    assert run.evaluated_steps() == [[0], [200]]
    assert run.result["training"]["transfer_steps"] == run.metrics(0)["trained_steps"] == 5000
    assert run.result["budget"]["env_steps"] == 200


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (["env=acrobot"], "method.transfer.checkpoint: plain.zip has inputs Box("),
        (["training.net_arch=[8]"], "training.net_arch: plain.zip holds another network than this training's"),
        (["training.normalize_observations=true"], "training.normalize_observations: must be False: plain.zip knows"),
        (["method.transfer.checkpoint=gone.zip"], "method.transfer.checkpoint: there is no file gone.zip"),
        (["method.transfer.checkpoint=junk.zip"], "method.transfer.checkpoint: junk.zip can't be read as a checkpoint"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused_before_anything_is_trained(
    overrides: list[str], line: str, here: CommandLine, plain: Path
) -> None:
    (here.folder / "junk.zip").write_text("junk")

    ended = here.run(*TRANSFER, "method.transfer.checkpoint=plain.zip", *overrides)

    assert_refused(ended, line, here)


# ------------------------------------------------------------------------------------------ what can't go together


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (["method.init=scratch"], "llm: init=scratch asks no model: say llm=none instead of llm=replay"),
        (
            ["method.demos.path=mine.json"],
            "llm: demonstrations from a file (method.demos.path) asks no model: say llm=none instead of llm=replay",
        ),
        (["llm=none"], "llm: method=llmae_ppo asks a model; choose another than llm=none"),
        (["env=pendulum"], "env: method=llmae_ppo needs one action out of several, Pendulum-v1 has others"),
        (["env=frozen_lake"], "env.map_words: frozen_lake has none, and a whole plan needs the whole world in words"),
        (["training.batch_size=60"], "training.batch_size: must divide n_envs x n_steps = 200, got 60"),
        (
            ["training.total_timesteps=300"],
            "training.total_timesteps: must be at least 2 iterations x n_envs x n_steps = 400",
        ),
        (
            ["env=cartpole", "llm=none", "method.init=transfer"],
            "method.transfer.env: MiniGrid-Unlock-v0 can't be shown as CartPole-v1 is: ",
        ),
        (
            ["llm=none", "method.init=transfer", "env@method.transfer.env=cartpole"],
            "method.transfer.env: CartPole-v1 has inputs Box(",
        ),
    ],
)
def test_what_cannot_go_together_is_refused_in_one_line(overrides: list[str], line: str, here: CommandLine) -> None:
    env = [] if any(word.startswith("env=") for word in overrides) else ["env=doorkey_5x5"]

    ended = here.run(*env, *SMALL, *overrides)

    assert_refused(ended, line, here)


def test_another_training_is_refused(here: CommandLine) -> None:
    ended = here.run("method=llmae_ppo", "env=doorkey_5x5", "training=ppo")

    assert_refused(ended, "training: method=llmae_ppo needs training=guided_ppo, which it chooses where nothing", here)
