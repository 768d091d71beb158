"""Each recording of a model that demonstrates replays to the plans that succeeded, whatever the run's seed."""

import json
from pathlib import Path

import pytest

from llmrl_runner.llm import AskingRun
from llmrl_runner.llm.backends.recording import read_recording
from llmrl_runner.llm.backends.replay import ReplayBackend
from tests.app.command import PROJECT, transcript_of
from tests.methods.demonstrating import Asked, demonstrate, demos_config

FOLDER = PROJECT / "experiments" / "recordings" / "llmae_ppo"
EPISODES = {"doorkey_5x5": 20, "doorkey_6x6": 20, "doorkey_8x8": 20, "multi_room_n4_s5": 40, "key_corridor_s3r3": 40}


def replayed(env: str, folder: Path, episodes: int, *overrides: str) -> Asked:
    """The stage of the demonstrations alone."""
    asking = AskingRun("llmae_ppo", env, 0, FOLDER.parent)
    backend = ReplayBackend(read_recording(demos_config().llm, asking))
    return demonstrate(folder, str, f"env={env}", f"method.demos.episodes={episodes}", *overrides, backend=backend)


def assert_replays(env: str, folder: Path, episodes: int, *overrides: str) -> None:
    """To the recorded answers, each to the words that it was given to, and each a plan that succeeds."""
    _, *answers = [json.loads(line) for line in (FOLDER / f"{env}.jsonl").read_text().split("\n") if line]

    figures = replayed(env, folder, episodes, *overrides).gathered.figures

    given = transcript_of(folder)
    assert not any(line["has_drifted"] for line in given)
    recorded = sorted(line["text"] for line in answers if line["sample"] < episodes)
    assert sorted(line["text"] for line in given) == recorded
    assert (figures["attempted"], figures["first_try_successes"]) == (episodes, episodes)
    assert (figures["succeeded"], figures["invalid_answers"]) == (episodes, 0)


@pytest.mark.parametrize("env", EPISODES)
def test_a_recording_replays_without_drift_to_plans_that_succeed_whatever_the_seed(env: str, tmp_path: Path) -> None:
    assert_replays(env, tmp_path, 5, "seed=1")


@pytest.mark.slow
@pytest.mark.parametrize("env", EPISODES)
def test_all_answers_of_a_recording_replay(env: str, tmp_path: Path) -> None:
    assert_replays(env, tmp_path, EPISODES[env])


@pytest.mark.parametrize("env", EPISODES)
def test_a_recordings_header_names_the_model_and_how_it_was_got(env: str) -> None:
    header, *answers = [json.loads(line) for line in (FOLDER / f"{env}.jsonl").read_text().split("\n") if line]

    assert len(answers) == header["answers"] == EPISODES[env]
    assert (header["method"], header["env"]) == ("llmae_ppo", env)
    assert header["model"]
    assert header["how"]
    assert len(header["date"]) == len("2026-11-21")


def test_every_recording_is_replayed_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(EPISODES)


def test_a_changed_prompt_is_told_as_drift(tmp_path: Path) -> None:
    replayed("doorkey_5x5", tmp_path, 4, "env.goal=Stay where you are.")

    assert all(line["has_drifted"] for line in transcript_of(tmp_path))
