"""Texts, advice and potentials in the loop of a policy, through the public command."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.app.command import CommandLine, Ended, transcript_of, wait_until
from tests.app.trained import SMALL, TrainedRun, assert_the_same, only_trained
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import MisbehavingServer

pytestmark = pytest.mark.usefixtures("no_page")

TOLD = (
    "method=augmented",
    *(word for word in SMALL if not word.startswith("method")),
    "method.iterations=3",
    "method.encoder=hash",
    "method.asking.episodes=5",
    "method.asking.lines=6",
)
GOTO, CARTPOLE = ("env=babyai_goto_local",), ("env=cartpole",)
RANDOM = ("llm=random",)


def lines_of(run: TrainedRun, index: int = -1) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((run.iterations[index] / "lines.json").read_text())
    return table


def tell(here: CommandLine, *more: str) -> Ended:
    return here.run(*TOLD, *more)


# ------------------------------------------------------------------------------------------------ what a run leaves


def test_what_was_asked_trained_and_told_is_kept(here: CommandLine) -> None:
    ended = tell(here, *GOTO, *RANDOM)

    run = only_trained(here)
    assert ended.code == 0, ended.err
    names = [{path.name for path in iteration.iterdir()} for iteration in run.iterations]
    assert {"lines.json", "metrics.json", "feedback.md", "prompt.md", "response.md"} <= names[0]
    assert "(The first of 18 questions.)" in (run.iterations[0] / "prompt.md").read_text()
    assert all({"lines.json", "checkpoint.zip", "best_checkpoint.zip", "evaluations.npz"} <= each for each in names[1:])
    table = lines_of(run, 0)
    asked = {line: entry for line, entry in table["lines"].items() if entry["advice"]}
    assert len(asked) == 6
    assert all(sum(entry["advice"].values()) == 3 for entry in asked.values())
    assert run.metrics(0)["advice"] == {"asked": 18, "answered": 18, "valid": 18, "repaired": 0}
    assert 0 < run.metrics(2)["advised_share"] <= 1
    assert 0 <= run.metrics(2)["advice_agreement"] <= 1
    result = run.result
    assert result["told"]["advice"] == "hint"
    assert set(result["alignment"]) == {"own", "another"}
    assert result["held_out_sampled"]["episodes"] == 4
    assert len({line["key"] for line in transcript_of(run.path)}) == result["llm"]["calls"]
    instruction = (run.iterations[-1] / "instruction.txt").read_text().strip()
    assert instruction.startswith("go to ")
    assert "lines came up; advice: 18 of 18 answers of use" in ended.out


@pytest.mark.parametrize(
    "switches",
    [
        ("method.text=both", "method.combine=concat", "method.memory=gru", "method.advice=guide"),
        ("method.text=state", "method.combine=add", "method.reward=similarity", "method.advice=kl"),
        ("method.text=none", "method.reward=potential", "method.warm_start=advice", "method.iterations=4"),
        ("method.memory=lstm",),
        ("method.advice_source=shuffled", "training.normalize_observations=true"),
        ("method.advice_source=wrong", "training.normalize_rewards=true", "method.reward=potential"),
    ],
    ids=lambda switches: switches[0],
)
def test_each_switch_trains_and_tells_of_itself(here: CommandLine, switches: tuple[str, ...]) -> None:
    ended = tell(here, *CARTPOLE, *RANDOM, *switches)

    assert ended.code == 0, ended.err
    told = only_trained(here).result["told"]
    for switch in switches:
        name, _, value = switch.removeprefix("method.").partition("=")
        assert told.get(name, value) == value


@pytest.mark.parametrize("source", ["random", "oracle"])
def test_controls_ask_no_model(here: CommandLine, source: str) -> None:
    ended = tell(here, *GOTO, "llm=none", f"method.advice_source={source}")

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert run.result["llm"]["calls"] == 0
    advised = [entry["advice"] for entry in lines_of(run)["lines"].values() if entry["advice"]]
    assert advised
    assert all(sum(advice.values()) == 1 for advice in advised) == (source == "random")


@pytest.mark.parametrize(
    "training",
    [
        ("env=cartpole", "training=dqn", "training.train_freq=50", "training.gradient_steps=5"),
        ("env=pendulum", "training=sac", "training.learning_starts=50", "training.train_freq=10"),
        ("env=pendulum", "method.reward=potential"),
    ],
    ids=["dqn", "sac", "ppo"],
)
def test_what_learns_from_stored_steps_and_continuous_actions_are_told_too(
    here: CommandLine, training: tuple[str, ...]
) -> None:
    options = [word for word in TOLD if not word.startswith(("training.n_steps", "training.n_epochs"))]
    words = TOLD if training[1].startswith("method") else options

    ended = here.run(*words, *RANDOM, *training, "training.total_timesteps=800", "training.batch_size=50")

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert run.result["training"]["env_steps"] >= 800
    assert (run.iterations[-1] / "buffer.npz").exists() == ("training=" in training[1])


# ------------------------------------------------------------------------------------------------ going on


@pytest.mark.parametrize(
    "switches",
    [
        (*GOTO, "method.reward=potential"),
        (*CARTPOLE, "method.warm_start=advice", "method.iterations=4", "method.memory=gru"),
        (*GOTO, "method.advice_source=shuffled", "method.asking.lines=30"),
        pytest.param((*CARTPOLE, "method.memory=lstm"), marks=pytest.mark.slow),
        (*CARTPOLE, "training=dqn", "training.train_freq=50", "training.gradient_steps=5", "method.reward=potential"),
    ],
    ids=["ppo", "cloned", "shuffled", "lstm", "dqn"],
)
def test_a_run_that_lost_its_last_part_goes_on_to_the_same_end(
    here: CommandLine, tmp_path: Path, switches: tuple[str, ...]
) -> None:
    words = [
        word for word in TOLD if "training=dqn" not in switches or ("n_steps" not in word and "n_epochs" not in word)
    ]
    if "training=dqn" in switches:
        words += ["training.total_timesteps=800", "training.batch_size=50"]
    first = here.run(*words, *RANDOM, *switches)
    whole = tmp_path / "whole"
    run = only_trained(here)
    shutil.copytree(run.path, whole)
    shutil.rmtree(run.iterations[-1])
    shutil.rmtree(run.path / "best")
    (run.path / "result.json").unlink()
    (run.path / "status.json").unlink()

    again = here.run(*words, *RANDOM, *switches)

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert only_trained(here).result == TrainedRun(whole).result
    if "training=dqn" not in switches:  # whose checkpoints PPO doesn't open
        assert_the_same(only_trained(here), TrainedRun(whole))


def test_a_run_killed_while_it_asks_goes_on_without_asking_again(
    command: CommandLine, here: CommandLine, server: MisbehavingServer
) -> None:
    server.otherwise = does.says('{"action": "turn left"}')
    live = (
        "llm=openai_compatible",
        "llm.model=test-model",
        f"llm.api_base={server.api_base}",
        "llm.samples_in_flight=1",
    )
    words = (*TOLD, *GOTO, *live)

    process = command.start(*words, OPENAI_API_KEY="sk-none-needed")
    wait_until(lambda: command.runs() and len(transcript_of(command.only_run())) >= 4)
    command.kill(process)
    before = len(transcript_of(command.only_run()))
    ended = here.run(*words, OPENAI_API_KEY="sk-none-needed")

    run = only_trained(command)
    questions = [json.dumps(request["body"]["messages"]) for request in server.requests]
    assert ended.code == 0, ended.err
    assert before >= 4
    assert len(transcript_of(run.path)) == run.result["llm"]["calls"]
    assert len(questions) <= run.result["llm"]["calls"] + 1  # the one that was under way


def test_an_estimate_knows_how_long_a_question_is(command: CommandLine) -> None:
    ended = tell(command, *GOTO, "llm=gemini", "llm.model=gemini-2.5-flash", "estimate=true")

    assert ended.code == 0, ended.err
    assert "at most 18 calls" in ended.out
    assert int(re.findall(r"about (\d+) prompt", ended.out)[0]) > 18 * 200
    assert not command.runs()


# ------------------------------------------------------------------------------------------------ what goes wrong


def test_past_the_budget_training_goes_on_without_further_advice(here: CommandLine) -> None:
    ended = tell(here, *GOTO, *RANDOM, "llm.max_calls=7")

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert (run.result["llm"]["calls"], run.result["iterations"], run.result["ended_by"]) == (7, 3, None)
    assert run.metrics(0)["advice"]["answered"] == 7
    assert run.metrics(2)["advised_share"] < 1
    assert "11 questions had no answer: the budget is spent" in ended.out


@pytest.mark.parametrize("switches", [(), ("method.warm_start=advice", "method.iterations=4")], ids=["hint", "cloned"])
def test_where_nothing_was_answered_at_all_training_goes_on_and_it_is_said(
    here: CommandLine, switches: tuple[str, ...]
) -> None:
    ended = tell(here, *CARTPOLE, "method.asking.reason_words=41", *switches)  # a prompt that nobody recorded

    run = only_trained(here)
    assert ended.code == 0, ended.err
    assert "18 questions had no answer: the budget is spent, or the recording holds none" in ended.out
    assert run.metrics(-1)["advised_share"] == 0
    assert not switches or "nothing to clone" in run.metrics(1)["verdict"]


def test_no_more_lines_are_asked_about_than_was_said(here: CommandLine) -> None:
    tell(here, *GOTO, *RANDOM, "method.asking.lines=3", "method.asking.episodes=1", "method.reward=potential")

    run = only_trained(here)
    assert len(lines_of(run)["lines"]) > 3
    assert run.result["llm"]["calls"] == 2 * 3 * 3


def test_episodes_before_the_training_are_counted(here: CommandLine) -> None:
    tell(here, *CARTPOLE, *RANDOM, "method.warm_start=advice", "method.iterations=4")

    run = only_trained(here)
    trained = run.metrics(-1)["trained_steps"]
    assert run.metrics(0)["env_steps"] > 5
    assert run.metrics(1)["env_steps"] > run.metrics(0)["env_steps"]
    assert run.result["budget"]["env_steps"] == run.metrics(1)["env_steps"] + trained


def test_a_cloned_policy_may_be_held_to_by_the_guards(here: CommandLine) -> None:
    ended = tell(
        here, *CARTPOLE, *RANDOM, "method.warm_start=advice", "method.iterations=4", "training.kl_coef=0.1",
        "training.clone_coef=0.1",
    )  # fmt: skip

    assert ended.code == 0, ended.err
    assert only_trained(here).metrics(1)["cloning"]


@pytest.mark.parametrize(
    ("words", "questions"),
    [(GOTO, ["advice"]), ((*CARTPOLE, "method.reward=potential"), ["advice", "scores"]),
     (("env=doorkey_6x6", "method.reward=potential"), ["advice", "scores"])],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)  # fmt: skip
def test_recordings_answer_today_s_prompts(here: CommandLine, words: tuple[str, ...], questions: list[str]) -> None:
    kept = [word for word in TOLD if not word.startswith(("method.asking", "method.iterations"))]

    ended = here.run(*kept, *words, "method.iterations=2", "llm=replay")

    run = only_trained(here)
    assert ended.code == 0, ended.err
    for question in questions:
        figures = run.metrics(0)[question]
        assert figures["asked"] >= 30
        assert figures["valid"] == figures["answered"] == figures["asked"]
    assert run.result["llm"]["replay_drift"] == 0


def test_an_environment_that_has_no_lines_may_have_its_goal_read(here: CommandLine) -> None:
    ended = tell(here, "env=acrobot", "llm=none", "method.advice=none")

    assert ended.code == 0, ended.err
    assert only_trained(here).result["alignment"] is None


def test_a_table_is_used_again_at_no_call_and_may_be_edited(here: CommandLine, tmp_path: Path) -> None:
    tell(here, *GOTO, *RANDOM)
    table = lines_of(only_trained(here))
    for entry in table["lines"].values():
        entry["advice"] = {"done": 1}
    (tmp_path / "mine.json").write_text(json.dumps(table))

    ended = tell(here, *GOTO, "llm=none", f"method.table={tmp_path / 'mine.json'}", "seed=1")

    run = next(TrainedRun(path) for path in here.runs() if "/none/" in str(path))
    assert ended.code == 0, ended.err
    assert run.result["llm"]["calls"] == 0
    assert {name for entry in lines_of(run)["lines"].values() for name in entry["advice"]} == {"done"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("method.advice=none", *RANDOM), "llm: nothing is asked here: say llm=none"),
        (("llm=none",), "llm: none can't be asked for advice or scores"),
        (("method.iterations=1", *RANDOM), "method.iterations: must be at least 2"),
        (("method.table=nowhere.json", *RANDOM), "method.table: "),
        (("training=sac", "env=pendulum", "method.advice=kl", *RANDOM), "method.advice: kl is PPO's"),
        (("training=sac", "env=pendulum", "method.warm_start=advice", *RANDOM), "method.warm_start: "),
        (("env=pendulum", "method.advice=guide", *RANDOM), "method.advice: needs one action out of several"),
        (("method.memory=lstm", "method.advice=kl", *RANDOM), "method.advice: kl doesn't go with memory=lstm"),
        (("method.table=mine.json", "method.advice_source=random", "llm=none"), "method.table: holds what was asked"),
        (("env=acrobot", *RANDOM), "env.abstract: needed, to tell acrobot's states"),
        (("env=cartpole", "llm=none", "method.advice_source=oracle"), "env.heuristic: "),
        (("training=ppo", *RANDOM), "training: method=augmented takes"),
        (
            ("method.encoder=hf", "method.encoding.hf_model=/nowhere", *RANDOM),
            "method.encoder: '/nowhere' can't be had",
        ),
        (("method.combine=mix", *RANDOM), "method.combine: "),
    ],
)
def test_what_does_not_go_together_is_told_by_its_key_before_anything_is_written(
    here: CommandLine, words: tuple[str, ...], told: str
) -> None:
    kept = [word for word in TOLD if word.split("=")[0] not in {given.split("=")[0] for given in words}]
    chosen = [
        word for word in kept if not any(given.startswith("training=") for given in words) or "training." not in word
    ]

    ended = here.run(*chosen, *(() if any(word.startswith("env=") for word in words) else GOTO), *words)

    assert ended.code == 2, ended.out + ended.err
    assert told in ended.err
    assert len(ended.err.strip().splitlines()) == 1
    assert not here.runs()


@pytest.mark.parametrize("encoder", ["hash", "minilm"])
def test_an_empty_and_a_very_long_instruction_are_read(
    here: CommandLine, monkeypatch: pytest.MonkeyPatch, encoder: str
) -> None:
    from llmrl_runner.envs.minigrid_situations import MiniGridSituations

    said = {0: "", 1: "go " * 5000}
    monkeypatch.setattr(
        MiniGridSituations, "instructions", lambda self, batch, slots: [said[slot % 2] for slot in slots.tolist()]
    )

    ended = tell(
        here, *GOTO, *RANDOM, "method.advice=none", "llm=none", "method.iterations=2", f"method.encoder={encoder}"
    )

    assert ended.code == 0, ended.err
    assert only_trained(here).metrics(1)["texts"] in (1, 2)


def test_what_was_encoded_once_is_not_encoded_again(here: CommandLine) -> None:
    tell(here, *GOTO, *RANDOM)
    tell(here, *GOTO, *RANDOM, "training.gamma=0.98")

    first, second = sorted(map(TrainedRun, here.runs()), key=lambda run: run.metrics(1)["texts_from_disk"])
    assert first.metrics(1)["texts_from_disk"] == 0
    assert second.metrics(1)["texts_from_disk"] >= first.metrics(1)["texts"] - 5
    assert np.isclose(
        second.metrics(1)["texts_encoded"] + second.metrics(1)["texts_from_disk"], second.metrics(1)["texts"]
    )
