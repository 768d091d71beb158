"""What drafts take over from those before them, and constants that are tuned, through the public command."""

from pathlib import Path

import pytest

from llmrl_runner.files.whole import read_json
from llmrl_runner.methods.rewards.pool import LAUNCHERS
from llmrl_runner.rl.evaluations import Evaluations
from tests.app.conftest import CommandHere
from tests.app.rewarded import TINY, one_after_the_other, only_rewarded

NAMED = """\
import numpy as np

CONSTANTS = {"speed_weight": 0.1}
RANGES = {"speed_weight": (0.001, 10.0)}


def compute_reward(obs, action, next_obs, info):
    speed = -CONSTANTS["speed_weight"] * np.square(next_obs[:, 2])
    return next_obs[:, 0] + speed, {"up": next_obs[:, 0], "speed": speed}
"""
CHEAP = (*TINY, "llm=random", "training.total_timesteps=60", "method.final_seeds=1")

pytestmark = pytest.mark.usefixtures("no_page")


@pytest.fixture(autouse=True)
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    folders: list[Path] = []
    monkeypatch.setitem(LAUNCHERS, "local", one_after_the_other(folders))
    return folders


def test_a_warm_start_begins_with_the_best_network_and_has_the_budgets_of_any_other(here: CommandHere) -> None:
    ended = here.run(*CHEAP, "method.warm_start=true")

    run = only_rewarded(here)
    ends = {
        draft.name: Evaluations.load(run.folder(draft.name) / "evaluations.npz").entries[-1][0]
        for draft in run.drafts
        if draft.status == "trained"
    }
    assert ended.code == 0, ended.err
    assert sorted(ends.values()) == [60, 60]
    assert run.metrics(1)["iteration_env_steps"] == 2 * 32 + 28  # budgets of 30 and 60, in rounds of 4


def test_shared_steps_make_a_search_cheap_and_are_all_learned_from(here: CommandHere) -> None:
    shared = ("method.share_buffer=true", "method.shared.env_steps=0.2", "training.normalize_rewards=true")

    ended = here.run(*CHEAP, *shared, "method.warm_start=true")

    run = only_rewarded(here)
    assert ended.code == 0, ended.err
    assert [draft.status for draft in run.drafts] == ["trained"] * 4
    assert run.metrics(1)["iteration_env_steps"] == 2 * 12


@pytest.mark.slow
def test_constants_of_the_best_draft_are_tuned_and_its_feedback_tells_it(
    here: CommandHere, monkeypatch: pytest.MonkeyPatch, trained: list[Path]
) -> None:
    monkeypatch.setattr("llmrl_runner.methods.reward_gen.RewardGen.blind_answer", lambda *_: f"```python\n{NAMED}```")
    tuned = ("method.tune=cma", "method.cma.trainings=4", "method.cma.population=4", "method.iterations=1")

    ended = here.run(*CHEAP, *tuned)

    run = only_rewarded(here)
    [best] = [draft for draft in run.drafts if draft.tuning]
    names = [folder.name for folder in trained if "tuned" in folder.name]
    assert ended.code == 0, ended.err
    assert len(names) == len(set(names)) == 4 + 1
    assert best.tuning in (run.folder(best.name) / "feedback.md").read_text()
    assert ("so they stay" in best.tuning) == bool(best.constants)
    [final] = run.path.glob("final/seed_0/training.json")
    assert read_json(final)["problem"] is None
