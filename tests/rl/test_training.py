"""SB3's PPO in stretches: scales are kept where there are some, and a stretch goes by its checkpoint alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.rl.scales import scale_by, scaled, scales
from llmrl_runner.rl.training import Stretch, Trained, train
from llmrl_runner.rl.warm_start import ppo_from
from tests.rl.corridor import CELLS, Corridor, same, saved, settings, weights


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


def test_observations_that_are_claims_or_choices_stay_as_they_are() -> None:
    class Claiming(Corridor):
        def __init__(self, size: int) -> None:
            super().__init__(size)
            self.observation_space = spaces.MultiBinary(CELLS + 1)  # type: ignore[assignment]

        def _seen(self, slots: IntArray) -> AnyArray:
            return (super()._seen(slots) > 0).astype(np.int8)

    end = train(Claiming, settings(normalize_observations=True, normalize_rewards=True), stretch(64))

    assert scales(end.model)["observations"] is None
    assert scales(end.model)["returns"]["count"] > 60


def test_scales_are_those_of_what_was_seen() -> None:
    kept = scales(trained(stretch(64), normalize_observations=True).model)["observations"]

    assert kept["count"] == pytest.approx(68, abs=0.01)  # 4 first observations and 64 steps
    assert sum(kept["mean"][:-1]) == pytest.approx(1.0, abs=0.01)  # one cell at a time


def test_what_did_not_vary_in_demonstrations_is_not_blown_up() -> None:
    model = trained(stretch(64)).model
    seen = np.array([[0.0, 5.0], [2.0, 5.0]])

    scale_by(model, seen)

    assert scaled(model, np.array([[2.0, 6.0]])).tolist() == [[1.0, 1.0]]


def test_it_says_what_it_played() -> None:
    end = trained(stretch(128))

    assert sum(end.lengths) == end.steps == 128
    assert end.return_mean == np.mean(end.returns)
    assert {"entropy_loss", "explained_variance", "approx_kl", "value_loss"} == set(end.figures)


def test_a_stretch_without_a_whole_episode_has_no_mean_return() -> None:
    end = Trained(model=None, steps=3, lengths=[3], returns=[], figures={})  # type: ignore[arg-type]

    assert end.return_mean is None


def test_a_new_training_may_begin_with_the_networks_of_another(tmp_path: Path) -> None:
    options = {"normalize_observations": True, "normalize_rewards": True}
    first = trained(stretch(128), **options).model
    given = saved(first, tmp_path / "given.zip")

    def warm(goal: int, start: Path | None = None) -> Trained:
        return train(Corridor, settings(**options), stretch(goal, start), ppo_from(given))

    begun, again = warm(64), warm(64)
    gone_on = warm(128, saved(begun.model, tmp_path / "begun.zip"))

    assert (begun.steps, gone_on.steps) == (64, 128)
    assert same(weights(begun.model), weights(again.model))
    assert not same(weights(begun.model), weights(trained(stretch(64), **options).model))
    counts = [scales(model)["observations"]["count"] for model in (first, begun.model)]
    assert counts[1] > counts[0] + 60  # it sees on the scale that it knows
    assert scales(begun.model)["returns"]["count"] < 70  # what is paid may be another reward


def test_networks_of_another_shape_are_refused(tmp_path: Path) -> None:
    given = saved(trained(stretch(64)).model, tmp_path / "given.zip")

    with pytest.raises(ConfigError, match=r"training.net_arch: .*given.zip holds another network"):
        train(Corridor, settings(net_arch=[5]), stretch(64), ppo_from(given))
