"""Each recording replays, word for word, to the score that README states. A changed prompt shows here as drift."""

import json
from pathlib import Path

import pytest

from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.estimate import first_prompt
from llmrl_runner.methods.tabular import Tabular
from tests.app.command import PROJECT, QUICK, CommandLine, transcript_of
from tests.methods.composed import config_of

RECORDINGS = PROJECT / "experiments" / "recordings" / "tabular"
AT_LEAST = {
    "cartpole": 499.5,
    "frozen_lake": 1.0,
    "frozen_lake_8x8": 1.0,
    "frozen_lake_slippery": 0.735,
    "frozen_lake_8x8_slippery": 0.8,
    "cliff_walking": -13.0,
    "taxi": 7.93,
    "blackjack": -0.0432,
    "mountain_car": -112.0,
    "hopper": 1000.0,
    "bipedal_walker": -5.0,
}
MOST_CALLS = 5
SLOW = {"frozen_lake_8x8_slippery", "taxi", "blackjack", "mountain_car", "hopper", "bipedal_walker"}
CASES = [pytest.param(env, marks=[pytest.mark.slow] if env in SLOW else []) for env in AT_LEAST]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("env", CASES)
def test_a_recording_replays_without_drift_to_its_score(env: str, here: CommandLine) -> None:
    ended = here.run(f"env={env}", "display.gif=false")

    assert ended.code == 0, ended.err
    result = json.loads((here.only_run() / "result.json").read_text())
    exact = result["exact_return_mean"]
    score = result["held_out"]["return_mean"] if exact is None else exact
    assert score >= AT_LEAST[env] - 1e-9
    assert result["llm"]["replay_drift"] == 0
    assert result["llm"]["calls"] == result["llm"]["cached_calls"] <= MOST_CALLS


@pytest.mark.parametrize("env", AT_LEAST)
def test_a_recordings_first_prompt_is_still_the_runs(env: str) -> None:
    config = config_of(f"env={env}")
    recorded = json.loads((RECORDINGS / f"{env}.jsonl").read_text().splitlines()[1])["messages"]

    with Environment(config.env) as environment:
        prompt = first_prompt(Tabular, config, environment)

    assert prompt == "\n".join(message["content"] for message in recorded)


def test_every_recording_has_its_score_here() -> None:
    assert {path.stem for path in RECORDINGS.glob("*.jsonl")} == set(AT_LEAST)


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_recordings_header_names_the_model_how_it_was_got_and_when(path: Path) -> None:
    header = json.loads(path.read_text().splitlines()[0])

    assert header["model"] == "Claude, through llm=manual"
    assert header["how"].startswith("through llm=manual: ")
    assert len(header["date"]) == len("2026-11-21")
    assert (header["method"], header["env"]) == ("tabular", path.stem)


def test_another_seed_replays_the_same_answers_and_says_that_its_prompts_differ(command: CommandLine) -> None:
    ended = command.run("env=frozen_lake", "seed=1", "display.gif=false")

    result = json.loads((command.only_run() / "result.json").read_text())
    assert ended.code == 0
    assert result["llm"]["replay_drift"] == result["llm"]["calls"] == 1
    assert "1 of 1 answers were given to another prompt" in ended.out


def test_a_recording_of_another_environment_is_refused_before_a_folder_is_made(here: CommandLine) -> None:
    ended = here.run("env=cartpole", f"llm.recording={RECORDINGS / 'taxi.jsonl'}")

    assert ended.code == 2
    assert ended.err.startswith("llm.recording: ")
    assert "taxi.jsonl was made with method=tabular env=taxi, and this run has method=tabular env=cartpole" in ended.err
    assert ended.err.strip().count("\n") == 0
    assert not here.runs()


def test_a_damaged_answer_of_a_run_is_one_line_that_names_the_place_and_the_cure(here: CommandLine) -> None:
    here.run(*QUICK, "llm.max_calls=2")
    run = here.only_run()
    first, second = transcript_of(run)
    lines = [json.dumps(first), json.dumps({name: value for name, value in second.items() if name != "text"})]
    (run / "transcript.jsonl").write_text("\n".join(lines) + "\n")

    ended = here.run(*QUICK)
    afresh = here.run(*QUICK, "rerun=true")

    assert ended.code == 1
    assert "transcript.jsonl, line 2: `text` is missing; mend the line, or start the run afresh" in ended.err
    assert ended.err.strip().count("\n") == 0
    assert json.loads((run / "status.json").read_text())["state"] == "failed"
    assert afresh.code == 0
