"""SB3's PPO in stretches: scales are kept where there are some, and a stretch goes by its checkpoint alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from llmrl_runner.rl.scales import scaled, scales
from llmrl_runner.rl.training import Stretch, Trained, train
from tests.rl.corridor import Corridor, same, saved, settings, weights


def stretch(goal: int, start: Path | None = None) -> Stretch:
    return Stretch(start, goal, np.arange(50), 3, "cpu")


def trained(where: Stretch, **changes: Any) -> Trained:
    return train(Corridor, settings(**changes), where)


@pytest.mark.parametrize("is_scaled", [False, True])
def test_a_stretch_goes_on_from_its_checkpoint_to_the_same_network(tmp_path: Path, is_scaled: bool) -> None:
    options = {"normalize_observations": is_scaled, "normalize_rewards": is_scaled}
    first = saved(trained(stretch(64), **options).model, tmp_path / "first.zip")

    ends = []
    for _ in range(2):
        torch.rand(3)
        np.random.rand(3)
        ends.append(trained(stretch(192, first), **options))

    assert [end.steps for end in ends] == [192, 192]
    assert same(*(weights(end.model) for end in ends))
    assert scales(ends[0].model) == scales(ends[1].model)


def test_what_is_not_scaled_has_no_scales() -> None:
    plain = trained(stretch(64))
    rewards_alone = trained(stretch(64), normalize_rewards=True)
    seen = Corridor(1).reset(np.array([0]), np.array([2]))

    assert scales(plain.model) == {"observations": None, "returns": None}
    assert scaled(plain.model, seen) is seen
    assert scales(rewards_alone.model)["observations"] is None
    assert scales(rewards_alone.model)["returns"]["count"] > 60


def test_scales_are_those_of_what_was_seen() -> None:
    kept = scales(trained(stretch(64), normalize_observations=True).model)["observations"]

    assert kept["count"] == pytest.approx(68, abs=0.01)  # 4 first observations and 64 steps
    assert sum(kept["mean"][:-1]) == pytest.approx(1.0, abs=0.01)  # one cell at a time


def test_it_says_what_it_played() -> None:
    end = trained(stretch(128))

    assert sum(end.lengths) == end.steps == 128
    assert end.return_mean == np.mean(end.returns)
    assert {"entropy_loss", "explained_variance", "approx_kl", "value_loss"} == set(end.figures)


def test_a_stretch_without_a_whole_episode_has_no_mean_return() -> None:
    end = Trained(model=None, steps=3, lengths=[3], returns=[], figures={})  # type: ignore[arg-type]

    assert end.return_mean is None
