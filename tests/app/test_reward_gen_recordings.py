"""Every recording of `reward_gen`: its first prompts are still the run's, and its programs still stand the checks."""

import json
from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.estimate import first_prompt
from llmrl_runner.methods.reward_gen import RewardGen
from llmrl_runner.methods.rewards.answer import read_reward
from tests.app.command import PROJECT
from tests.methods.composed import config_of

RECORDINGS = PROJECT / "experiments" / "recordings" / "reward_gen"
OPTIONS = {"doorkey_16x16": ["training=ppo"]}
ITERATIONS, SAMPLES = 3, 4


def records(env: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDINGS / f"{env}.jsonl").read_text().splitlines()[1:]]


RECORDED = sorted(path.stem for path in RECORDINGS.glob("*.jsonl"))


@pytest.mark.parametrize("env", RECORDED)
def test_a_recordings_first_prompts_are_still_the_runs(env: str) -> None:
    config = config_of("method=reward_gen", f"env={env}", *OPTIONS.get(env, []))
    recorded = {"\n".join(message["content"] for message in record["messages"]) for record in records(env)}

    with Environment(config.env) as environment:
        prompt = first_prompt(RewardGen, config, environment)

    assert prompt in recorded


@pytest.mark.parametrize("env", RECORDED)
def test_a_recording_holds_every_draft_and_each_is_a_program(env: str) -> None:
    drafts = [record for record in records(env) if record["purpose"] == "reward_gen/write"]

    places = {(record["iteration"], record["sample"]) for record in drafts}
    assert places == {(iteration, sample) for iteration in range(ITERATIONS) for sample in range(SAMPLES)}
    assert all("compute_reward" in read_reward(record["text"]).source for record in drafts)


@pytest.mark.parametrize("env", RECORDED)
def test_no_recorded_prompt_shows_what_the_environment_pays(env: str) -> None:
    reward = config_of("method=reward_gen", f"env={env}", *OPTIONS.get(env, [])).env.reward
    words = " ".join(message["content"] for record in records(env) for message in record["messages"])

    assert reward not in words


def test_the_recordings_are_where_replay_looks_for_them() -> None:
    assert Path(RECORDINGS).is_dir()
    assert "fetch_reach" in RECORDED


@pytest.mark.parametrize("env", RECORDED)
def test_the_header_tells_the_command_with_the_training_that_is_not_usual(env: str) -> None:
    header = json.loads((RECORDINGS / f"{env}.jsonl").read_text().splitlines()[0])

    words = header["command"].split()
    assert {"method=reward_gen", f"env={env}", "llm=manual", *OPTIONS.get(env, [])} <= set(words)
    assert header["model"] == "Claude, through llm=manual"
