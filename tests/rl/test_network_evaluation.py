"""Networks playing whole episodes side by side; their evaluations on disk, and while they train."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import SerialNetworkBatch
from llmrl_runner.rl.checkpoints import load_model
from llmrl_runner.rl.cloning import clone
from llmrl_runner.rl.evaluate_every import Best, KeepBest
from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.guided_training import new_network, train_guided
from llmrl_runner.rl.network_evaluation import Evaluation, evaluate_network, greedy_scores, sampled_scores
from llmrl_runner.rl.play import play
from llmrl_runner.rl.rollout import EpisodeScores
from llmrl_runner.rl.scales import scales
from llmrl_runner.rl.training import NetworkPlayer, Stretch
from tests.rl.corridor import CELLS, Corridor, cloning_settings, demonstrations, same, saved, settings, weights

SUCCESS = SuccessConfig(return_at_least=1.0)
SEEDS = np.arange(20)


@pytest.fixture(scope="module")
def unsure() -> Any:
    """A network that has learned nothing."""
    return new_network(Corridor, settings(), 1, "cpu")


@pytest.fixture(scope="module")
def knowing() -> Any:
    """A network that goes right."""
    model = new_network(Corridor, settings(), 1, "cpu")
    clone(model, demonstrations(), cloning_settings(), 0)
    return model


def equal(one: EpisodeScores, other: EpisodeScores) -> bool:
    assert one.successes is not None
    pairs = [(one.returns, other.returns), (one.lengths, other.lengths), (one.successes, other.successes)]
    return all(np.array_equal(mine, theirs) for mine, theirs in pairs)


@pytest.mark.parametrize("is_scaled", [False, True])
def test_greedy_episodes_are_those_that_single_environments_play(is_scaled: bool) -> None:
    config, seeds = EnvConfig(name="any", id="CartPole-v1"), np.arange(50, 62)
    lopsided = np.random.default_rng(0).normal([2.0, -1.0, 0.5, -3.0], 0.1, (50, 4))
    asked = settings(normalize_observations=is_scaled)
    model = new_network(lambda size: SerialNetworkBatch(config, size), asked, 1, "cpu", lopsided)
    success = SuccessConfig(return_at_least=10.0)

    scores = greedy_scores(SerialNetworkBatch(config, 5), model, seeds, success)

    assert equal(scores, play(config, NetworkPlayer(model), seeds, success, make_network_env))


def test_a_network_that_knows_the_way_takes_it(knowing: Any) -> None:
    scores = greedy_scores(Corridor(7), knowing, SEEDS, SUCCESS)

    assert scores.lengths.tolist() == (CELLS - 1 - SEEDS % (CELLS - 1)).tolist()
    assert scores.successes is not None
    assert scores.successes.all()


def test_both_modes_play_the_same_seeds(unsure: Any) -> None:
    evaluation = evaluate_network(Corridor(40), unsure, SEEDS, SUCCESS)

    assert equal(evaluation.greedy, greedy_scores(Corridor(20), unsure, SEEDS, SUCCESS))
    assert not equal(evaluation.greedy, evaluation.sampled)
    assert np.array_equal(evaluation.seeds, SEEDS)


def test_drawn_actions_come_at_the_rates_that_the_policy_gives_them(unsure: Any) -> None:
    seeds = np.zeros(4000, dtype=np.int64)
    batch = Corridor(4000)
    first = torch.as_tensor(batch.reset(np.arange(1), seeds[:1]))
    wanted = unsure.policy.get_distribution(first).distribution.probs[0].tolist()
    taken: list[IntArray] = []
    step = batch.step
    batch.step = lambda slots, actions: (taken.append(actions), step(slots, actions))[1]  # type: ignore[method-assign,func-returns-value]

    sampled_scores(batch, unsure, seeds, SUCCESS)

    assert np.bincount(taken[0], minlength=3) / 4000 == pytest.approx(wanted, abs=0.03)


def test_an_evaluation_depends_on_network_and_seeds_alone(unsure: Any) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one = evaluate_network(Corridor(40), unsure, SEEDS, SUCCESS)
    untouched = torch.equal(before, torch.get_rng_state())
    torch.rand(7)
    np.random.rand(7)

    again = evaluate_network(Corridor(40), unsure, SEEDS, SUCCESS)

    assert untouched
    assert equal(one.sampled, again.sampled)
    assert not equal(one.sampled, evaluate_network(Corridor(40), unsure, SEEDS + 5, SUCCESS).sampled)


def test_visits_count_where_sampled_agents_stood_from_the_first_cell_to_the_last(knowing: Any, unsure: Any) -> None:
    knows = evaluate_network(Corridor(3), knowing, np.zeros(6, dtype=np.int64), SUCCESS)
    wanders = evaluate_network(Corridor(40), unsure, SEEDS, SUCCESS)

    assert knows.visits is not None
    assert wanders.visits is not None
    assert knows.visits.shape == (CELLS, 1)
    assert wanders.visits.sum() == wanders.sampled.lengths.sum() + len(SEEDS)
    assert wanders.visits[CELLS - 1, 0] == wanders.sampled.returns.sum()
    assert (knows.visits[: CELLS - 1, 0] >= 6).all()


def test_without_a_grid_and_without_a_notion_of_success_there_is_neither() -> None:
    config = EnvConfig(name="any", id="CartPole-v1")
    model = new_network(lambda size: SerialNetworkBatch(config, size), settings(), 1, "cpu")

    evaluation = evaluate_network(SerialNetworkBatch(config, 4), model, np.arange(2), SuccessConfig())

    assert (evaluation.visits, evaluation.sampled.successes, evaluation.greedy.successes) == (None, None, None)


@pytest.mark.parametrize("success", [SUCCESS, SuccessConfig()])
def test_evaluations_come_back_from_disk_as_they_were(tmp_path: Path, unsure: Any, success: SuccessConfig) -> None:
    kept = Evaluations()
    for steps in (0, 50, 101):
        kept.add(steps, evaluate_network(Corridor(40), unsure, SEEDS + steps, success))

    kept.save(tmp_path / "evaluations.npz")
    back = Evaluations.load(tmp_path / "evaluations.npz")

    with np.load(tmp_path / "evaluations.npz") as file:
        shapes = {name: (array.shape, array.dtype.kind) for name, array in file.items()}
    modes = {f"{mode}_{what}" for mode in ("sampled", "greedy") for what in ("returns", "lengths", "successes")}
    defined = {name for name in modes if success is SUCCESS or "successes" not in name}
    assert set(shapes) == {"steps", "seeds", "visits", *defined}
    assert (shapes["steps"], shapes["seeds"], shapes["visits"]) == (((3,), "i"), ((3, 20), "i"), ((3, CELLS, 1), "i"))
    assert [steps for steps, _ in back.entries] == [0, 50, 101]
    for (_, one), (_, other) in zip(kept.entries, back.entries, strict=True):
        assert np.array_equal(one.seeds, other.seeds)
        assert np.array_equal(one.visits, other.visits)  # type: ignore[arg-type]
        assert np.array_equal(one.sampled.returns, other.sampled.returns)
        assert np.array_equal(one.greedy.lengths, other.greedy.lengths)
        assert (one.greedy.successes is None) == (other.greedy.successes is None) == (success is not SUCCESS)


def test_damaged_evaluations_are_named_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "iteration_001" / "evaluations.npz"
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04 half a file")

    with pytest.raises(ConfigError, match=r"evaluations.npz: can't be read .*delete .*iteration_001"):
        Evaluations.load(path)
    with pytest.raises(ValueError, match="no evaluation"):
        Evaluations().save(path)


def trained(folder: Path, goal: int, start: Path | None, best: Best | None = None, **flags: Any) -> Any:
    """A stretch with evaluations every 50 steps; every evaluation's episodes start from seeds of its number."""
    folder.mkdir()
    batch = Corridor(8)
    examine = lambda model, number: evaluate_network(batch, model, np.arange(4) + 100 * number, SUCCESS)  # noqa: E731
    callback = KeepBest(examine, 50, folder, best, **flags)
    end = train_guided(Corridor, settings(), Stretch(start, goal, np.arange(99), 2, "cpu"), None, callback)
    return callback, saved(end.model, folder / "checkpoint.zip"), end


def test_evaluations_are_counted_over_all_stretches(tmp_path: Path) -> None:
    first, checkpoint, _ = trained(tmp_path / "0", 128, None, has_start=True)
    second, _, _ = trained(tmp_path / "1", 256, checkpoint, first.best)

    entries = [*first.evaluations.entries, *second.evaluations.entries]
    assert [steps for steps, _ in entries] == [0, 64, 128, 192, 256]  # after updates of 64 steps
    assert [int(one.seeds[0]) for _, one in entries] == [0, 100, 200, 300, 500]


def test_evaluating_changes_nothing_in_the_training(tmp_path: Path) -> None:
    _, _, watched = trained(tmp_path / "0", 128, None, has_start=True)

    alone = train_guided(Corridor, settings(), Stretch(None, 128, np.arange(99), 2, "cpu"))

    assert same(weights(watched.model), weights(alone.model))


def test_a_network_in_training_is_evaluated_on_the_scales_of_now(tmp_path: Path) -> None:
    counts: list[float] = []

    def examine(model: Any, number: int) -> Evaluation:
        counts.append(scales(model)["observations"]["count"])
        return evaluate_network(Corridor(4), model, np.arange(2), SUCCESS)

    callback = KeepBest(examine, 50, tmp_path)
    stretch = Stretch(None, 128, np.arange(99), 2, "cpu")
    train_guided(Corridor, settings(normalize_observations=True), stretch, None, callback)

    assert counts == pytest.approx([68, 132], abs=0.01)  # 64 and 128 steps, and the first 4 observations


def scripted(folder: Path, returns: list[float], best: Best | None, start: Path | None, goal: int) -> Any:
    """A stretch whose evaluations come to these mean returns."""
    folder.mkdir()
    script = iter(returns)

    def examine(model: Any, number: int) -> Evaluation:
        scores = EpisodeScores(np.array([next(script)]), np.array([1]), None)
        return Evaluation(np.array([number]), scores, scores, None)

    callback = KeepBest(examine, 64, folder, best)
    end = train_guided(Corridor, settings(), Stretch(start, goal, np.arange(99), 2, "cpu"), None, callback)
    return callback.best, saved(end.model, folder / "checkpoint.zip")


def test_the_best_network_so_far_is_kept_from_stretch_to_stretch(tmp_path: Path) -> None:
    first, checkpoint = scripted(tmp_path / "0", [0.1, 0.5, 0.5, 0.2], None, None, 256)
    second, checkpoint = scripted(tmp_path / "1", [0.4], first, checkpoint, 320)
    third, _ = scripted(tmp_path / "2", [0.6], second, checkpoint, 384)

    assert (first.return_mean, first.steps) == (second.return_mean, second.steps) == (0.5, 128)
    assert second.checkpoint.read_bytes() == first.checkpoint.read_bytes()
    assert second.checkpoint.parent.name == "1"
    assert (third.return_mean, third.steps, third.checkpoint.parent.name) == (0.6, 384, "2")
    assert load_model(third.checkpoint, "cpu").num_timesteps == 384
