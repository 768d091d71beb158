import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmrl_runner.methods.rewards.log import log_trainings
from llmrl_runner.methods.rewards.outcome import TrainingOutcome
from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.network_evaluation import Evaluation
from llmrl_runner.rl.paid_record import PaidRecord
from llmrl_runner.rl.rewards import Paid
from llmrl_runner.rl.rollout import EpisodeScores
from tests.runs.test_tensorboard import events_of, small_gif

WHOLE = 100


def training(folder: Path, first: int, goal: int, problem: str | None = None, is_paid: bool = True) -> TrainingOutcome:
    """One from step `first` to `goal`, which paid as much a step as the steps were before it."""
    folder.mkdir()
    told = {"problem": problem, "traceback": "", "episodes": 3, "env_steps": goal - first, "no_gif": None}
    (folder / "training.json").write_text(json.dumps(told))
    if problem is not None:
        return TrainingOutcome(folder)
    scores = EpisodeScores(np.full(2, -float(goal)), np.full(2, 5), np.array([True, False]))
    Evaluations([(goal, Evaluation(np.zeros(2, dtype=int), None, scores, None))]).save(folder / "evaluations.npz")
    if is_paid:
        (folder / "paid.json").write_text(json.dumps({"tenths": paid(first, goal), "last": {}}))
    return TrainingOutcome(folder)


def paid(first: int, goal: int) -> list[dict[str, Any]]:
    record = PaidRecord(WHOLE, first)
    for step in range(first, goal):
        record.add(Paid(np.array([float(step)]), {"near": np.array([2.0 * step])}))
    return record.to_json()


def points(events: Any, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in events.Scalars(tag)]


def test_a_draft_is_a_run_with_its_scores_and_what_it_paid_over_all_its_budgets(tmp_path: Path) -> None:
    rungs = [training(tmp_path / "rung_0", 0, 50), training(tmp_path / "rung_1", 50, 100)]

    log_trainings(tmp_path / "tb" / "draft_0.1", 0, "def compute_reward", rungs, WHOLE)

    events = events_of(tmp_path / "tb" / "draft_0.1")
    assert points(events, "training/success") == [(50, 0.5), (100, 0.5)]
    assert points(events, "training/return") == [(50, -50.0), (100, -100.0)]
    assert points(events, "training/length") == [(50, 5.0), (100, 5.0)]
    assert points(events, "paid/reward in all") == [(10 * k + 10, 10 * k + 4.5) for k in range(10)]
    assert points(events, "paid/near")[-1] == (100, 189.0)
    assert b"def compute_reward" in events.Tensors("program")[0].tensor_proto.string_val[0]


def test_a_network_that_went_on_from_another_is_paid_after_its_steps(tmp_path: Path) -> None:
    warm = training(tmp_path / "warm", 0, 100)
    Evaluations([(400, warm.evaluations.entries[0][1])]).save(warm.folder / "evaluations.npz")

    log_trainings(tmp_path / "tb", 0, "", [TrainingOutcome(warm.folder)], WHOLE)

    assert points(events_of(tmp_path / "tb"), "paid/near")[0][0] == 310


def test_the_episode_of_the_last_network_is_an_image(tmp_path: Path) -> None:
    last = training(tmp_path / "seed_0", 0, 100, is_paid=False)
    gif = small_gif(last.folder / "episode.gif")

    log_trainings(tmp_path / "tb", 0, "", [last], WHOLE)

    events = events_of(tmp_path / "tb")
    assert events.Images("episode")[0].encoded_image_string == gif.read_bytes()
    assert not [tag for tag in events.Tags()["scalars"] if tag.startswith("paid")]


@pytest.mark.parametrize("outcomes", [[], ["it paid nan"]])
def test_a_draft_that_was_never_trained_to_a_budget_is_no_run(tmp_path: Path, outcomes: list[str]) -> None:
    broken = [training(tmp_path / "rung_0", 0, 50, problem) for problem in outcomes]

    log_trainings(tmp_path / "tb", 0, "def compute_reward", broken, WHOLE)

    assert not (tmp_path / "tb").exists()


def test_a_draft_that_broke_later_shows_the_budget_before(tmp_path: Path) -> None:
    rungs = [training(tmp_path / "rung_0", 0, 50), training(tmp_path / "rung_1", 50, 100, "it paid nan")]

    log_trainings(tmp_path / "tb", 0, "", rungs, WHOLE)

    assert points(events_of(tmp_path / "tb"), "training/success") == [(50, 0.5)]


def test_the_losses_of_a_training_stand_beside_its_scores(tmp_path: Path) -> None:
    rungs = [training(tmp_path / "rung_0", 0, 50), training(tmp_path / "rung_1", 50, 100)]
    for rung, (steps, loss) in zip(rungs, ((50, 0.5), (100, 0.25)), strict=True):
        path = rung.folder / "training.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "learned": [[steps, {"critic_loss": loss}]]}))

    log_trainings(tmp_path / "tb", 0, "", [TrainingOutcome(rung.folder) for rung in rungs], WHOLE)

    assert points(events_of(tmp_path / "tb"), "learning/critic_loss") == [(50, 0.5), (100, 0.25)]
