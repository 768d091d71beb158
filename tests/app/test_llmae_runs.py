"""Demonstrations, cloning and PPO through the public command: what a run leaves behind, says, and comes to."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.app.command import CommandLine, Ended, wait_until
from tests.app.trained import SMALL, TINY, TrainedRun, assert_the_same, only_trained, same
from tests.app.warm_start import WarmStart
from tests.runs.test_tensorboard import events_of

# The first of its two parts of PPO trains the value network alone.
REPLAYED = ("env=doorkey_5x5", *SMALL, "training.critic_warmup_steps=800")
FILES = [
    {"demonstrations.npz", "demonstrations.json", "demos.json", "episodes", "prompt.md", "response.md"},
    {"checkpoint.zip", "evaluations.npz", "visits.png", "cloning.json"},
    {"checkpoint.zip", "best_checkpoint.zip", "evaluations.npz", "visits.png"},
    {"checkpoint.zip", "best_checkpoint.zip", "evaluations.npz", "visits.png"},
]
IN_EACH = {"metrics.json", "feedback.md"}
STEPS = [[], [0], [400, 800], [1200, 1600]]

OPENED_WITHOUT_US = """
import sys
sys.modules["llmrl_runner"] = None
from stable_baselines3 import PPO
for path in sys.argv[1:]:
    model = PPO.load(path, device="cpu")
    action, _ = model.predict(model.observation_space.sample(), deterministic=True)
    assert action in model.action_space
"""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory, warm: WarmStart | None) -> tuple[TrainedRun, Ended]:
    """A replay that nothing happened to, and what the command said."""
    command = CommandLine(tmp_path_factory.mktemp("replayed"), warm)
    ended = command.run(*REPLAYED)
    assert ended.code == 0, ended.err
    return TrainedRun(command.only_run()), ended


# ------------------------------------------------------------------------------------------------ what a run leaves


def test_each_stage_leaves_its_files(replayed: tuple[TrainedRun, Ended]) -> None:
    run, _ = replayed

    names = [{path.name for path in iteration.iterdir()} for iteration in run.iterations]
    assert names == [files | IN_EACH for files in FILES]
    assert {path.name for path in (run.path / "best").iterdir()} == names[-1]
    for name in ("result.json", "report.html", "transcript.jsonl", "metrics.jsonl", "learning_curve.png", "visits.png"):
        assert (run.path / name).stat().st_size > 0
    assert not list(run.path.rglob("*.tmp"))


def test_tensorboard_has_the_course_of_the_cloning_and_the_losses_of_ppo(replayed: tuple[TrainedRun, Ended]) -> None:
    run, ended = replayed

    events = events_of(run.path / "tensorboard")
    epochs = [event.step for event in events.Scalars("cloning, by epoch/loss")]
    losses = [event.step for event in events.Scalars("learning/value_loss")]
    assert epochs == [1, 2, 3, 4, 5]
    assert losses == [event.step for event in events.Scalars("evaluation/greedy_return_mean")][1:]  # none of the clone
    assert re.search(
        r"[\d,]+ pairs of 16 episodes cloned in 5 epochs: loss \d\.\d+, [\d.]+ % of the actions", ended.out
    )


def test_stages_may_be_run_one_at_a_time_each_from_the_last_without_asking_again(here: CommandLine) -> None:
    folders: list[Path] = []
    for iterations in (1, 2, 4):
        more = [f"continue_from={folders[-1]}"] if folders else []
        ended = here.run("env=doorkey_5x5", *SMALL, f"method.iterations={iterations}", *more)
        assert ended.code == 0, ended.err
        folders += [run for run in here.runs() if run not in folders]

    demonstrated, cloned, trained = map(TrainedRun, folders)
    assert "it ended before a network was cloned or trained" in (demonstrated.path / "report.html").read_text()
    assert cloned.result["held_out"]["return_mean"] is not None
    assert [each.result["training"]["env_steps"] for each in (demonstrated, cloned, trained)] == [0, 0, 1600]
    assert [each.result["llm"]["calls"] for each in (demonstrated, cloned, trained)] == [20, 20, 20]


def test_result_json_tells_demonstrations_cloning_training_and_both_ways_of_acting(
    replayed: tuple[TrainedRun, Ended],
) -> None:
    run, _ = replayed

    result, demos, cloning = run.result, run.result["demos"], run.result["cloning"]
    assert result["llm"]["replay_drift"] == 0
    assert (result["llm"]["calls"], result["answers"], result["invalid_rate"]) == (20, 20, 0)
    assert (demos["kind"], demos["attempted"], demos["succeeded"], demos["kept"]) == ("plan", 20, 20, 20)
    assert demos["calls"] == 20
    assert cloning["pairs"] < demos["kept_steps"]
    assert (cloning["episodes"], cloning["held_out_episodes"], cloning["epochs"]) == (16, 4, 5)
    assert cloning["sampled_success_rate"] == run.evaluations(1)["sampled_successes"].mean()
    assert (result["training"]["env_steps"], result["training"]["init"]) == (1600, "demos")
    assert result["budget"]["env_steps"] == demos["kept_steps"] + 1600
    assert (result["best_iteration"], result["iterations"]) == (3, 4)
    for scores in (result["held_out"], result["held_out_sampled"]):
        assert (scores["episodes"], scores["seeds_last"] - scores["seeds_first"]) == (4, 3)
    assert len(json.loads((run.iterations[1] / "cloning.json").read_text())["loss"]) == 5


def test_evaluations_go_on_from_the_iteration_before_without_one_twice(replayed: tuple[TrainedRun, Ended]) -> None:
    run, _ = replayed

    seeds = np.concatenate([run.evaluations(index)["seeds"].ravel() for index in (1, 2, 3)])
    assert run.evaluated_steps() == STEPS
    assert len(set(seeds.tolist())) == 5 * 4


def test_a_cloned_policy_is_left_alone_while_the_value_network_learns(replayed: tuple[TrainedRun, Ended]) -> None:
    run, _ = replayed

    cloned, warm, trained = (run.weights(index, part="action_net") for index in (1, 2, 3))
    value_before, value_after = (run.weights(index, part="value_net") for index in (1, 2))
    assert same(cloned, warm)
    assert not same(warm, trained)
    assert not same(value_before, value_after)


@pytest.mark.slow
def test_checkpoints_open_with_stable_baselines3_alone(replayed: tuple[TrainedRun, Ended], tmp_path: Path) -> None:
    run, _ = replayed
    checkpoints = [str(path) for path in (run.path / "best").glob("*.zip")]

    opened = subprocess.run(
        [sys.executable, "-c", OPENED_WITHOUT_US, *checkpoints], cwd=tmp_path, capture_output=True, text=True
    )

    assert len(checkpoints) == 2
    assert opened.returncode == 0, opened.stderr


# ---------------------------------------------------------------------------------------------------- what it says


def test_the_terminal_names_the_stages_and_what_each_came_to(replayed: tuple[TrainedRun, Ended]) -> None:
    _, ended = replayed

    lines = ended.out.splitlines()
    told = [line.split("  ")[1:3] for line in lines if "  iteration " in line]
    table = dict(line.split("  ", 1) for line in lines if "  " in line and not line.startswith("llmae_ppo/"))
    words = {name: " ".join(value.split()) for name, value in table.items()}
    assert [place for place, _ in told] == [f"iteration {number}/4" for number in (1, 2, 3, 4)]
    assert told[0][1].startswith("demonstrations: 20 of 20 succeeded, 20 cloned; by ")
    assert [stage for _, stage in told[1:]] == ["cloning", "PPO", "PPO"]
    assert "  best " not in ended.out
    assert words["training"] == "PPO, 1,600 steps"
    assert words["sampled actions"].startswith("return ")
    assert words["demonstrations"].startswith("20 of 20 succeeded, 20 cloned; by ")
    assert words["cloned alone"].startswith("sampled ")
    assert words["replay drift"].startswith("none")
    assert "search score" not in words
    assert "best iteration" not in words


def test_the_page_of_a_run_shows_no_search_score(replayed: tuple[TrainedRun, Ended]) -> None:
    page = (replayed[0].path / "report.html").read_text()

    assert "search score" not in page.lower()
    assert "is missing" not in page


# ----------------------------------------------------------------------------------------------------------- kills


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize(
    "moment",
    ["transcript.jsonl", "iteration_000/metrics.json", ".iteration_002.partial/best_checkpoint.zip"],
    ids=["demonstrations", "cloning", "PPO"],
)
def test_a_run_killed_in_any_stage_comes_to_the_same_networks_without_asking_twice(
    moment: str, command: CommandLine, here: CommandLine, replayed: tuple[TrainedRun, Ended]
) -> None:
    process = command.start(*REPLAYED)
    wait_until(lambda: command.in_runs(moment))
    command.kill(process)
    was_under_way = not command.in_runs("result.json")

    ended = here.run(*REPLAYED)

    assert ended.code == 0, ended.err
    assert was_under_way
    assert_the_same(only_trained(command), replayed[0])


def copied(run: TrainedRun, here: CommandLine) -> Path:
    """A copy of a run without its end, where the command finds it."""
    copy = here.folder / run.path.relative_to(run.path.parents[4])
    shutil.copytree(run.path, copy, ignore=shutil.ignore_patterns("iteration_003", "result.json"))
    return copy


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize("name", ["iteration_000/demonstrations.npz", "iteration_002/checkpoint.zip"])
def test_what_is_damaged_is_named_with_the_cure(
    name: str, here: CommandLine, replayed: tuple[TrainedRun, Ended]
) -> None:
    damaged = copied(replayed[0], here).relative_to(here.folder) / name
    (here.folder / damaged).write_bytes(b"PK")

    ended = here.run(*REPLAYED)

    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert f"failed: {damaged}: " in ended.err
    assert f"delete {damaged.parent}, and the same command " in ended.err


@pytest.mark.usefixtures("no_page")
def test_a_run_goes_on_from_anothers_network_for_more_steps(
    here: CommandLine, replayed: tuple[TrainedRun, Ended]
) -> None:
    source, _ = replayed
    more = ("training.total_timesteps=2000", "method.iterations=5", "training.evaluate_every=200")

    ended = here.run(*REPLAYED, *more, f"continue_from={source.path}")

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert run.evaluated_steps() == [*STEPS, [1800, 2000]]
    assert same(run.weights(3), source.weights(3))
    assert run.result["training"]["env_steps"] == 2000
    assert run.questions() == source.questions()


# ------------------------------------------------------------------------------------------------ other beginnings


@pytest.mark.usefixtures("no_page")
def test_a_model_that_knows_nothing_leaves_ppo_a_new_network(here: CommandLine) -> None:
    ended = here.run(
        "env=doorkey_8x8",
        *SMALL,
        "llm=random",
        "method.demos.episodes=2",
        "method.demos.plan.repairs=0",
        "training.critic_warmup_steps=1600",
    )

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert "no demonstrated step is kept, so there is nothing to clone: PPO begins with a new network" in ended.out
    assert "iteration 2/4  cloning: nothing to do" in ended.out
    assert run.evaluated_steps() == [[], [], [0, 400, 800], [1200, 1600]]
    assert run.result["cloning"] is None
    assert (run.result["demos"]["succeeded"], run.result["demos"]["kept"]) == (0, 0)
    assert run.result["held_out"]["episodes"] == 4
    # Nothing was given that would have to be kept while the value network learns.
    assert not same(run.weights(2, part="action_net"), run.weights(3, part="action_net"))


@pytest.mark.usefixtures("no_page")
def test_a_new_network_asks_nobody_and_is_evaluated_before_its_first_step(here: CommandLine) -> None:
    ended = here.run("env=doorkey_5x5", *SMALL, "llm=none", "method.init=scratch", "method.iterations=2")

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert run.evaluated_steps() == [[0, 400, 800], [1200, 1600]]
    assert (run.result["demos"], run.result["cloning"]) == (None, None)
    assert (run.result["training"]["init"], run.result["llm"]["calls"]) == ("scratch", 0)
    assert "knowledge" not in run.result
    assert "demonstrations" not in ended.out


@pytest.mark.usefixtures("no_page")
def test_transfer_trains_on_the_other_environment_first(here: CommandLine) -> None:
    ended = here.run(
        "env=doorkey_5x5", *SMALL, "llm=none", "method.init=transfer", "method.iterations=3",
        "method.transfer.total_timesteps=400",
    )  # fmt: skip

    run = only_trained(here)
    told = [line for line in ended.out.splitlines() if "  iteration 1/3" in line]
    assert ended.code == 0, ended.err
    assert "  transfer  " in told[0]
    assert run.metrics(0)["trained_steps"] == run.result["training"]["transfer_steps"] == 400
    assert run.evaluated_steps() == [[0], [400, 800], [1200, 1600]]
    assert run.result["training"]["env_steps"] == 1600
    assert run.result["budget"]["env_steps"] == 2000


# ---------------------------------------------------------------------------------------------- other environments


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize(
    "env",
    [
        ("env=cartpole", "method.demos.episodes=2"),
        ("env=lunar_lander", "method.demos.episodes=1", "training.normalize_observations=true"),
    ],
    ids=["cartpole", "lunar_lander"],
)
def test_what_is_acted_step_by_step_is_cloned_and_trained_on(env: tuple[str, ...], here: CommandLine) -> None:
    ended = here.run(*TINY, "llm=random", "method.demos.kind=steps", "method.demos.keep=all", *env)

    run = only_trained(here)
    demos = run.result["demos"]
    assert ended.code == 0, ended.err
    assert demos["kind"] == "steps"
    assert demos["kept"] == demos["attempted"]
    assert run.result["cloning"]["pairs"] > 0
    assert run.result["held_out_sampled"]["return_mean"] is not None
    assert run.evaluated_steps() == [[], [0], [200]]


@pytest.mark.usefixtures("no_page")
def test_the_runs_of_a_sweep_learn_from_the_same_demonstrations(here: CommandLine) -> None:
    ended = here.run("-m", "env=doorkey_5x5", *TINY, "method.demos.episodes=5", "seed=0,1")

    one, other = (TrainedRun(path) for path in here.runs())
    shown = [(run.iterations[0] / "demonstrations.json").read_text() for run in (one, other)]
    assert ended.code == 0, ended.err
    assert shown[0] == shown[1]
    assert not same(one.weights(1), other.weights(1))
    assert one.result["held_out"]["seeds_first"] != other.result["held_out"]["seeds_first"]


# ---------------------------------------------------------------------------------------------- at its full length


@pytest.mark.slow
def test_the_default_run_succeeds_and_is_filmed(command: CommandLine) -> None:
    ended = command.run("method=llmae_ppo", "env=doorkey_5x5")

    run = only_trained(command)
    assert ended.code == 0, ended.err
    assert run.result["held_out"]["success_rate"] > 0.95
    assert run.result["held_out_sampled"]["success_rate"] > 0.95
    assert run.result["cloning"]["sampled_success_rate"] > 0.8
    assert run.result["llm"]["replay_drift"] == 0
    assert [(folder / "episode.gif").exists() for folder in run.iterations] == [True] * 7
    assert len(list((run.iterations[0] / "episodes").glob("*.gif"))) == 3
