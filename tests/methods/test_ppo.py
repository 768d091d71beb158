"""PPO through the public command: checkpoints, going on after a kill, the stated budget, what is refused."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmrl_runner.report.table import comparison_table
from tests.app.command import CommandLine, result_of, wait_until

SIZES = (
    "training.n_envs=2",
    "training.n_steps=50",
    "training.batch_size=50",
    "training.n_epochs=2",
    "training.net_arch=[16]",
    "display.gif=false",
    "env.evaluation.selection_episodes=[2,4]",
    "env.evaluation.held_out_episodes=20",
)
SMALL = ("method=ppo", *SIZES, "training.total_timesteps=600", "method.iterations=3")


def weights(checkpoint: Path) -> list[Any]:
    from llmrl_runner.rl.checkpoints import load_model

    return [tensor.numpy() for tensor in load_model(checkpoint, "cpu").policy.state_dict().values()]


def same_run(one: Path, other: Path) -> bool:
    """Whether two runs came to the same result and the same network."""
    pairs = zip(*(weights(run / "iteration_002" / "checkpoint.zip") for run in (one, other)), strict=True)
    return result_of(one) == result_of(other) and all(np.array_equal(a, b) for a, b in pairs)


def test_it_trains_to_its_budget_and_the_last_network_is_tested(here: CommandLine) -> None:
    ended = here.run(*SMALL)

    assert ended.code == 0, ended.err
    run = here.only_run()
    result = result_of(run)
    assert result["llm"] == {
        "backend": "none", "model": "none", "calls": 0, "cached_calls": 0, "prompt_tokens": 0, "completion_tokens": 0,
        "cost_usd": 0.0, "replay_drift": 0,
    }  # fmt: skip
    assert result["training"]["what"] == "PPO, 600 steps"
    assert result["budget"]["env_steps"] == result["training"]["env_steps"] == 600
    assert (result["best_iteration"], result["held_out"]["episodes"]) == (2, 20)
    assert (run / "best" / "checkpoint.zip").exists()
    assert "none is asked" in ended.out
    assert "tokens" not in ended.out
    page = (run / "report.html").read_text()
    assert "prompt.md is missing" not in page
    assert "Unusable answers" not in page


def test_a_run_that_lost_its_end_comes_to_the_same_network_and_result(here: CommandLine, tmp_path: Path) -> None:
    here.run(*SMALL)
    whole = Path(shutil.copytree(here.only_run(), tmp_path / "whole"))
    for name in ("iteration_001", "iteration_002", "best"):
        shutil.rmtree(here.only_run() / name)
    (here.only_run() / "result.json").unlink()

    ended = here.run(*SMALL)

    assert ended.code == 0, ended.err
    assert "iteration 1/3" not in ended.out
    assert same_run(here.only_run(), whole)


@pytest.mark.slow
def test_a_killed_run_comes_to_the_same_network_and_result(command: CommandLine, tmp_path: Path) -> None:
    other = CommandLine(tmp_path / "other", command.warm)
    other.folder.mkdir()
    other.run(*SMALL)
    process = command.start(*SMALL)
    wait_until(lambda: command.in_runs("iteration_000/metrics.json"))
    command.kill(process)

    assert command.run(*SMALL).code == 0

    assert same_run(command.only_run(), other.only_run())


@pytest.mark.slow
def test_another_seed_trains_another_network(here: CommandLine) -> None:
    for seed in (0, 1):
        here.run(*SMALL, f"seed={seed}", "method.iterations=1")

    one, other = (weights(run / "best" / "checkpoint.zip") for run in here.runs())
    assert not np.array_equal(one[0], other[0])


@pytest.mark.parametrize("env", ["blackjack", "frozen_lake", "mountain_car_continuous"])
def test_it_takes_tuples_numbers_and_continuous_actions(here: CommandLine, env: str) -> None:
    ended = here.run(*SMALL, f"env={env}", "method.iterations=1", "training.total_timesteps=100", "display.gif=true")

    assert ended.code == 0, ended.err
    assert result_of(here.only_run())["held_out"]["return_mean"] is not None
    assert (here.only_run() / "iteration_000" / "episode.gif").exists()


def test_an_observation_without_fields_goes_through_the_wrapper_that_its_file_names(here: CommandLine) -> None:
    (here.folder / "mine" / "env").mkdir(parents=True)
    told = "name: door\nid: MiniGrid-Empty-5x5-v0\nmodule: minigrid\ngoal: Reach the goal.\n"
    file = here.folder / "mine" / "env" / "door.yaml"
    brief = ("--config-dir", "mine", *SMALL, "env=door", "method.iterations=1", "training.total_timesteps=100")

    file.write_text(told)
    refused = here.run(*brief)
    file.write_text(told + "network_wrapper: minigrid.wrappers.FlatObsWrapper\n")
    ended = here.run(*brief)

    assert refused.code == 2
    assert refused.err.startswith("env.network_wrapper: needed: MiniGrid-Empty-5x5-v0's observations (Dict)")
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("llm=random", "llm: method=ppo asks no model, so leave out llm=random, or say llm=none"),
        ("training=none", "training: method=ppo needs training=ppo"),
        ("training.batch_size=30", "training.batch_size: must divide n_envs x n_steps = 100, got 30"),
        (
            "training.total_timesteps=200",
            "training.total_timesteps: must be at least 3 iterations x n_envs x n_steps = 300",
        ),
        ("training.net_arch=[0]", "training.net_arch: needs widths of at least 1"),
        ("training.gamma=1.5", "training.gamma: must be at most 1, got 1.5"),
    ],
)
def test_what_cannot_go_together_is_refused_in_one_line(here: CommandLine, override: str, line: str) -> None:
    sizes = SIZES if override == "training=none" else SMALL
    arguments = [word for word in sizes if not (override == "training=none" and word.startswith("training."))]

    ended = here.run("method=ppo", *[word for word in arguments if word != "method=ppo"], override)

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith(line)
    assert not here.runs()


def test_its_arm_states_the_steps_that_it_was_trained_on(here: CommandLine) -> None:
    evaluation = [word for word in SIZES if not word.startswith("training")]
    here.run(*SMALL, "env=frozen_lake", "method.iterations=1")
    here.run(*evaluation, "method=tabular", "env=frozen_lake", "llm=random", "method.iterations=1")

    header, _, row = comparison_table(here.runs()).splitlines()

    titles, cells = header.strip("| ").split(" | "), row.strip("| ").split(" | ")
    assert titles == [
        "environment", "`llm=random method=tabular`", "calls", "`method=ppo`", "training steps", "optimum",
    ]  # fmt: skip
    assert (cells[2], cells[4], cells[5]) == ("1", "600", "1.000")


def test_a_run_goes_on_from_anothers_network_for_more_steps(here: CommandLine) -> None:
    here.run(*SMALL)
    source = here.only_run()

    longer = ("method=ppo", *SIZES, "training.total_timesteps=800", "method.iterations=4", f"continue_from={source}")
    ended = here.run(*longer)

    [run] = [run for run in here.runs() if run != source]
    assert ended.code == 0, ended.err
    assert result_of(run)["training"]["env_steps"] == 800
    assert (
        weights(run / "iteration_002" / "checkpoint.zip")[0].shape
        == weights(source / "best" / "checkpoint.zip")[0].shape
    )
