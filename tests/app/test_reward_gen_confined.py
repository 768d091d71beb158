"""What a model wrote gets at nothing in a run; a machine that can't see to that is refused before anything is asked."""

import json
from pathlib import Path

import pytest

from llmrl_runner.sandbox import ways
from llmrl_runner.sandbox.ways import Examined, examine
from tests.app.command import CommandLine
from tests.app.rewarded import SHORT, RewardRun, answer, write
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import MisbehavingServer

pytestmark = pytest.mark.usefixtures("no_page", "trainings_here")

# It pays what it found, so that what it found stands in paid.json.
CURIOUS = """\
import numpy as np


def found(look):
    try:
        return float(look())
    except Exception:
        return 0.0


def compute_reward(obs, action, next_obs, info):
    file = found(lambda: len(open("CANARY_FILE").read()))
    variable = found(lambda: len(__import__("os").environ["CANARY_API_KEY"]))
    told = {"file": np.full(len(obs), file), "variable": np.full(len(obs), variable)}
    return next_obs[:, 0] * 1.0, told
"""


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program that looks for a secret in a file and in the environment, where there are such."""
    file = tmp_path / "canary.txt"
    file.write_text("secret")
    monkeypatch.setenv("CANARY_API_KEY", "secret")
    return CURIOUS.replace("CANARY_FILE", str(file))


def seen_by(run: RewardRun) -> dict[str, float]:
    """The most that its first draft paid for each thing that it found."""
    paid = json.loads((run.folder("0.1") / "paid.json").read_text())
    tenths = [tenth["components"] for tenth in paid["tenths"] if tenth["reward"]]
    return {name: max(tenth[name]["high"] for tenth in tenths) for name in ("file", "variable")}


def test_a_draft_finds_no_secret_and_the_result_names_what_confined_it(
    here: CommandLine, server: MisbehavingServer, canary: str
) -> None:
    if not any(found.way for found in examine()):
        pytest.skip("nothing confines here")
    server.otherwise = does.says(answer(canary))

    confined = write(here, server, *SHORT)
    [run] = [RewardRun(path) for path in here.runs()]
    bare = write(here, server, *SHORT, "sandbox=none")

    [unconfined] = [RewardRun(path) for path in here.runs() if path != run.path]
    assert (confined.code, bare.code) == (0, 0), confined.err + bare.err
    assert seen_by(run) == {"file": 0, "variable": 0}
    assert seen_by(unconfined)["file"] == len("secret")  # so the walls kept it from that
    assert run.result["sandbox"] == ways.find_way("auto").name
    assert unconfined.result["sandbox"] == "none"


def test_a_machine_that_confines_nothing_is_refused_before_anything_is_asked(
    here: CommandLine, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = (Examined("sandlock", None, "is not installed"), Examined("bubblewrap", None, "has no user namespaces"))
    monkeypatch.setattr(ways, "examine", lambda: missing)

    ended = write(here, server, *SHORT)

    assert (ended.code, server.requests, here.runs()) == (2, [], [])
    assert ended.err.startswith("sandbox: no way to confine what an LLM wrote (sandlock is not installed, bubblewrap")
    assert "sandbox=none" in ended.err
    assert ended.err.count("\n") == 1
