"""SAC, TQC and TD3 in stretches: each goes by its checkpoint, its steps, its seeds and its settings alone."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.rl.buffers import STEPS, Buffer, Pool, relabelled, returns_so_far
from llmrl_runner.rl.checkpoints import load_network
from llmrl_runner.rl.evaluate_every import KeepBest
from llmrl_runner.rl.network_evaluation import evaluate_network, greedy_scores
from llmrl_runner.rl.off_policy import own_steps, stored_steps, train_off_policy
from llmrl_runner.rl.off_policy_checks import check_off_policy
from llmrl_runner.rl.rewards import RewardError
from llmrl_runner.rl.scales import scales
from llmrl_runner.rl.training import NetworkPlayer, Stretch, Trained
from tests.rl.corridor import same, saved, weights
from tests.rl.slider import KINDS, Distance, Slider, off_policy_settings

ACTIONS = spaces.Box(-1, 1, (2,), np.float32)
HERE = SuccessConfig(last_reward_at_least=-0.02)
SEEDS = np.arange(1000, 1020)


def stretch(goal: int, start: Path | None = None, seed: int = 3) -> Stretch:
    return Stretch(start, goal, np.arange(50), seed, "cpu")


def trained(kind: str, where: Stretch, pool: Pool | None = None, callback: Any = None, **changes: Any) -> Trained:
    return train_off_policy(Slider, off_policy_settings(kind, **changes), where, pool, callback=callback)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        *((kind, {}) for kind in KINDS),
        ("sac", {"use_sde": True, "train_freq": 4, "gradient_steps": 4}),
        ("td3", {"n_envs": 2, "normalize_observations": True, "normalize_rewards": True}),
    ],
)
def test_a_stretch_goes_on_from_checkpoint_and_steps_to_the_same_network(
    tmp_path: Path, kind: str, changes: dict[str, Any]
) -> None:
    first = trained(kind, stretch(40), **changes)
    checkpoint = saved(first.model, tmp_path / "first.zip")
    stored_steps(first.model).save(tmp_path / "buffer.npz")

    ends = []
    for _ in range(2):
        torch.rand(3)
        np.random.rand(3)
        kept = Pool(Buffer.load(tmp_path / "buffer.npz"))
        ends.append(trained(kind, stretch(80, checkpoint, seed=4), kept, **changes))

    assert [end.steps for end in ends] == [80, 80]
    assert same(*(weights(end.model) for end in ends))
    assert not same(weights(first.model), weights(ends[0].model))
    assert scales(ends[0].model) == scales(ends[1].model)
    assert len(stored_steps(ends[0].model)) == 80
    assert len(own_steps(ends[0].model)) == 40


def test_other_steps_make_another_network(tmp_path: Path) -> None:
    first = trained("sac", stretch(40))
    checkpoint, steps = saved(first.model, tmp_path / "first.zip"), stored_steps(first.model)

    ends = [trained("sac", stretch(60, checkpoint), Pool(each)) for each in (steps, relabelled(steps, Distance()))]

    assert not same(*(weights(end.model) for end in ends))


@pytest.mark.parametrize("kind", KINDS)
def test_it_learns(kind: str) -> None:
    untrained = trained(kind, stretch(10))
    end = trained(kind, stretch(350))

    before, after = (greedy_scores(Slider(20), one.model, SEEDS, HERE).returns.mean() for one in (untrained, end))
    assert after > 0.5 * before
    assert after > -1.2
    assert end.figures["critic_loss"] > 0
    assert end.return_mean == np.mean(end.returns)


@pytest.mark.slow
def test_checkpoints_open_where_this_package_is_not_installed(tmp_path: Path) -> None:
    for kind in KINDS:
        saved(trained(kind, stretch(30)).model, tmp_path / f"{kind}.zip")
    code = """
import sys, numpy as np
sys.modules["llmrl_runner"] = None
from sb3_contrib import TQC
from stable_baselines3 import SAC, TD3
for algorithm, name in [(SAC, "sac"), (TQC, "tqc"), (TD3, "td3")]:
    print(*algorithm.load(name + ".zip").predict(np.array([0.5, 0.1], dtype=np.float32), deterministic=True)[0])
"""

    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    seen = [np.array([0.5, 0.1], dtype=np.float32)]
    models = [load_network(tmp_path / f"{kind}.zip", off_policy_settings(kind), "cpu") for kind in KINDS]
    acted = [float(NetworkPlayer(model).act([0], seen)[0][0]) for model in models]
    assert [float(line) for line in said.stdout.split()] == pytest.approx(acted, abs=1e-6)


@pytest.mark.parametrize("changes", [{}, {"use_sde": True, "train_freq": 4}])
def test_a_training_that_is_watched_ends_in_the_same_network(tmp_path: Path, changes: dict[str, Any]) -> None:
    numbers: list[int] = []
    batch = Slider(3)

    def examine(model: Any, number: int) -> Any:
        numbers.append(number)
        return evaluate_network(batch, model, np.arange(4) + 100 * number, HERE)

    watching = KeepBest(examine, 20, tmp_path, has_start=True)
    watched = trained("sac", stretch(60), callback=watching, **changes)
    alone = trained("sac", stretch(60), **changes)

    assert same(weights(watched.model), weights(alone.model))
    assert numbers == [0, 1, 2, 3]
    assert [steps for steps, _ in watching.evaluations.entries] == [0, 20, 40, 60]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_differs_from_the_likeliest_where_the_policy_draws(kind: str) -> None:
    model = trained(kind, stretch(30)).model

    evaluation = evaluate_network(Slider(40), model, SEEDS, HERE)
    again = evaluate_network(Slider(40), model, SEEDS, HERE)

    assert evaluation.sampled is not None
    assert again.sampled is not None
    assert np.array_equal(evaluation.sampled.returns, again.sampled.returns)
    likely = greedy_scores(Slider(7), model, SEEDS, HERE).returns
    assert evaluation.greedy.returns == pytest.approx(likely, abs=1e-4)  # a pass of another size rounds otherwise
    assert np.allclose(evaluation.sampled.returns, likely, atol=1e-4) == (kind == "td3")


def test_a_training_begins_with_updates_on_a_pool_and_tells_its_own_steps_from_it() -> None:
    pool = relabelled(stored_steps(trained("sac", stretch(250)).model), Distance())

    taught = trained("sac", stretch(20, seed=5), Pool(pool, updates_before=250))

    own = own_steps(taught.model)
    everything = stored_steps(taught.model)
    scores = [
        greedy_scores(Slider(20), one.model, SEEDS, HERE) for one in (taught, trained("sac", stretch(20, seed=5)))
    ]
    assert (len(own), len(everything), taught.steps) == (20, 270, 20)
    assert np.array_equal(everything.observations[-20:], own.observations)
    assert np.array_equal(everything.rewards[:250], pool.rewards)
    assert scores[0].returns.mean() > scores[1].returns.mean()
    assert np.abs(own.env_actions).mean() != pytest.approx(np.abs(pool.env_actions[:20]).mean())  # none are random


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_training_may_begin_with_networks_of_another(tmp_path: Path, kind: str) -> None:
    given = saved(trained(kind, stretch(40)).model, tmp_path / "given.zip")

    def warm(goal: int) -> Trained:
        return train_off_policy(Slider, off_policy_settings(kind), stretch(goal), warm_start=given)

    few, more, again = warm(20), warm(40), warm(40)

    kept = weights(load_network(given, off_policy_settings(kind), "cpu"))
    assert same(weights(few.model), kept)
    assert not same(weights(more.model), kept)
    assert same(weights(more.model), weights(again.model))
    assert (few.steps, more.steps, len(stored_steps(more.model))) == (20, 40, 40)
    with pytest.raises(ConfigError, match=r"training.net_arch: .*given.zip holds another network"):
        train_off_policy(Slider, off_policy_settings(kind, net_arch=[8]), stretch(40), warm_start=given)


def test_networks_of_another_training_see_on_the_scales_that_they_know(tmp_path: Path) -> None:
    options = {"normalize_observations": True, "normalize_rewards": True}
    first = trained("sac", stretch(40), **options).model
    given = saved(first, tmp_path / "given.zip")

    settings = off_policy_settings("sac", **options)
    begun = train_off_policy(Slider, settings, stretch(20, seed=7), warm_start=given).model

    counts = [scales(model)["observations"]["count"] for model in (first, begun)]
    assert counts == pytest.approx([41, 62], abs=0.01)  # the first observation and each step, of both trainings
    assert scales(begun)["returns"]["count"] == pytest.approx(20, abs=1.01)


def test_steps_that_are_learned_from_first_give_the_scales_of_observations_and_returns() -> None:
    options = {"normalize_observations": True, "normalize_rewards": True}
    first = trained("sac", stretch(60), **options).model
    steps = stored_steps(first)

    end = trained("sac", stretch(20), Pool(steps, updates_before=5), **options)

    returns = returns_so_far(steps, off_policy_settings("sac").gamma)
    assert scales(end.model)["observations"]["count"] == pytest.approx(81, abs=0.01)
    assert scales(end.model)["returns"]["count"] == pytest.approx(80, abs=1.01)
    assert returns.var() == pytest.approx(scales(first)["returns"]["var"], rel=0.05)


def test_a_checkpoint_without_its_steps_first_takes_new_ones(tmp_path: Path) -> None:
    checkpoint = saved(trained("sac", stretch(40)).model, tmp_path / "first.zip")

    few = trained("sac", stretch(60, checkpoint))  # as many as learning_starts
    more = trained("sac", stretch(61, checkpoint))

    kept = weights(load_network(checkpoint, off_policy_settings(), "cpu"))
    assert same(weights(few.model), kept)
    assert not same(weights(more.model), kept)


def test_a_reward_that_fails_ends_the_training_and_closes_the_environments() -> None:
    made: list[Slider] = []

    class Failing(Slider):
        def step(self, slots: IntArray, actions: Any) -> Any:
            if len(self.played) == 33:
                raise RewardError("division by zero in line 3")
            return super().step(slots, actions)

    def make(size: int) -> Slider:
        made.append(Failing(size))
        return made[-1]

    with pytest.raises(RewardError, match="line 3"):
        train_off_policy(make, off_policy_settings(), stretch(60))

    assert [batch.is_open for batch in made] == [False]


@pytest.mark.parametrize(
    ("kind", "changes", "key"),
    [
        ("sac", {"ent_coef": "much"}, "training.ent_coef"),
        ("sac", {"ent_coef": "auto_0"}, "training.ent_coef"),
        ("tqc", {"ent_coef": "-1"}, "training.ent_coef"),
        ("sac", {"ent_coef": "nan"}, "training.ent_coef"),
        ("tqc", {"top_quantiles_to_drop_per_net": 25}, "training.top_quantiles_to_drop_per_net"),
        ("td3", {"net_arch": [16, 0]}, "training.net_arch"),
        ("td3", {"n_envs": 4, "buffer_size": 3}, "training.buffer_size"),
    ],
)
def test_a_setting_that_cannot_be_is_named_by_its_key(kind: str, changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_off_policy(off_policy_settings(kind, **changes), ACTIONS)

    assert caught.value.key == key


@pytest.mark.parametrize("kind", KINDS)
def test_actions_that_are_counted_need_another_training(kind: str) -> None:
    with pytest.raises(ConfigError, match=rf"training: {kind.upper()} needs continuous actions.*training=ppo"):
        check_off_policy(off_policy_settings(kind), spaces.Discrete(3))


def test_a_weight_of_the_entropy_may_be_a_number_in_words() -> None:
    model: Any = trained("sac", stretch(5), ent_coef="0.1").model

    assert model.ent_coef == 0.1
    assert float(model.ent_coef_tensor) == pytest.approx(0.1)


def test_a_network_of_another_shape_is_named_by_its_key(tmp_path: Path) -> None:
    checkpoint = saved(trained("sac", stretch(5)).model, tmp_path / "first.zip")

    with pytest.raises(ConfigError, match=r"training.net_arch: must be \[16\]"):
        trained("sac", stretch(10, checkpoint), net_arch=[8])


def test_a_full_buffer_keeps_the_newest_steps() -> None:
    whole, newest = (stored_steps(trained("sac", stretch(20), buffer_size=size).model) for size in (100, 7))

    assert (len(whole), len(newest)) == (20, 7)
    for name in STEPS:
        assert np.array_equal(getattr(newest, name), getattr(whole, name)[-7:])
