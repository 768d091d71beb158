"""PPO of our own against SB3's, its guards, its checkpoints, and stretches that depend on nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from stable_baselines3.common.callbacks import BaseCallback
from torch.distributions import Categorical, kl_divergence

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.network_batch import SerialNetworkBatch
from llmrl_runner.rl.cloning import clone
from llmrl_runner.rl.guards import annealed, kl_from
from llmrl_runner.rl.guided_training import Guide, check_guards, new_network, train_guided
from llmrl_runner.rl.scales import scaled, scales
from llmrl_runner.rl.training import Stretch, Trained, train
from tests.rl.corridor import RIGHT, Corridor, cloning_settings, demonstrations, same, saved, settings, weights

STEPS = 128  # two updates


def stretch(goal: int = STEPS, start: Path | None = None, seed: int = 3) -> Stretch:
    return Stretch(start, goal, np.arange(100), seed, "cpu")


def guided(guide: Guide | None = None, where: Stretch | None = None, **changes: Any) -> Trained:
    return train_guided(Corridor, settings(**changes), where or stretch(), guide)


@pytest.fixture(scope="module")
def cloned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a network that goes right."""
    model = new_network(Corridor, settings(), 1, "cpu")
    clone(model, demonstrations(), cloning_settings(), 0)
    return saved(model, tmp_path_factory.mktemp("cloned") / "checkpoint.zip")


def right(model: Any) -> float:
    """The mean probability that it goes right where the demonstrations do."""
    with torch.no_grad():
        seen = torch.as_tensor(demonstrations().observations)
        return float(model.policy.get_distribution(seen).distribution.probs[:, RIGHT].mean())


@pytest.mark.parametrize("name", ["", "MountainCarContinuous-v0"])
def test_without_a_guide_it_comes_to_the_parameters_of_sb3(name: str) -> None:
    config = EnvConfig(name="any", id=name)
    make_batch = (lambda size: SerialNetworkBatch(config, size)) if name else Corridor

    ours = train_guided(make_batch, settings(), stretch())
    theirs = train(make_batch, settings(), stretch())

    pairs = [(weights(ours.model)[name], value) for name, value in weights(theirs.model).items()]
    assert all(np.allclose(mine, value, atol=1e-5) for mine, value in pairs)
    assert ours.lengths == theirs.lengths
    assert ours.figures["value_loss"] == pytest.approx(theirs.figures["value_loss"], rel=1e-3)
    assert ours.figures["explained_variance"] == pytest.approx(theirs.figures["explained_variance"], rel=1e-3)


def test_warm_up_trains_the_value_network_alone(cloned: Path) -> None:
    before = weights(new_network(Corridor, settings(), 1, "cpu").load(cloned))

    during = weights(guided(Guide(cloned), critic_warmup_steps=STEPS).model)
    after = weights(guided(Guide(cloned), critic_warmup_steps=STEPS - 64).model)

    assert all(same(before, during, part) for part in ("policy_net", "action_net"))
    assert not same(before, during, "value_net")
    assert not same(before, after, "policy_net")


def test_without_a_guide_no_guard_applies() -> None:
    guards = {"critic_warmup_steps": 1000, "kl_coef": 5.0, "kl_steps": 1000, "clone_coef": 5.0, "clone_steps": 1000}

    assert same(weights(guided(**guards).model), weights(guided().model))


def test_the_kl_guard_keeps_the_policy_by_the_given_one(cloned: Path) -> None:
    far = {"ent_coef": 2.0, "learning_rate": 0.03, "learning_rate_end": 0.03}  # drives the policy away from it
    free = guided(Guide(cloned), stretch(512), **far)
    held = guided(Guide(cloned), stretch(512), **far, kl_coef=20.0, kl_steps=10_000)

    assert right(free.model) < 0.8 < right(held.model)


def test_the_cloning_loss_keeps_what_was_demonstrated(cloned: Path) -> None:
    far = {"ent_coef": 2.0, "learning_rate": 0.03, "learning_rate_end": 0.03}
    free = guided(Guide(cloned, demonstrations()), stretch(512), **far)
    held = guided(Guide(cloned, demonstrations()), stretch(512), **far, clone_coef=20.0, clone_steps=10_000)

    assert right(free.model) < 0.8 < right(held.model)


@pytest.mark.parametrize("guard", ["kl", "clone"])
def test_a_guard_that_has_run_out_changes_nothing(cloned: Path, guard: str) -> None:
    guide = Guide(cloned, demonstrations())

    over = guided(guide, **{f"{guard}_coef": 5.0, f"{guard}_steps": 32})

    assert same(weights(over.model), weights(guided(guide).model))


def test_the_kl_is_that_from_the_given_policy_to_the_other() -> None:
    ours, theirs = Categorical(logits=torch.randn(5, 3)), Categorical(logits=torch.randn(5, 3))

    assert float(kl_from(theirs.logits, ours.logits)) == pytest.approx(float(kl_divergence(theirs, ours).mean()))


@given(st.floats(0, 10), st.integers(0, 1000), st.integers(1, 1000))
def test_a_weight_falls_in_a_line_to_nothing(weight: float, steps: int, total: int) -> None:
    now, later = annealed(weight, steps, total), annealed(weight, steps + 1, total)

    assert 0 <= later <= now <= weight
    assert annealed(weight, 0, total) == weight
    assert annealed(weight, total, total) == 0
    if steps + 1 <= total:
        assert now - later == pytest.approx(weight / total)


def test_a_stretch_depends_on_its_checkpoint_and_seeds_alone(cloned: Path, tmp_path: Path) -> None:
    guards = {"kl_coef": 0.5, "kl_steps": 500, "clone_coef": 0.5, "clone_steps": 500, "critic_warmup_steps": 64}
    guide = Guide(cloned, demonstrations())
    first = saved(guided(guide, **guards).model, tmp_path / "first.zip")

    ends = []
    for _ in range(2):
        torch.rand(3)
        np.random.rand(3)
        ends.append(guided(guide, stretch(2 * STEPS, first, 4), **guards))

    assert [end.steps for end in ends] == [2 * STEPS, 2 * STEPS]
    assert same(*(weights(end.model) for end in ends))
    assert not same(weights(ends[0].model), weights(guided(guide, stretch(2 * STEPS, first, 5), **guards).model))


def test_a_stretch_learns_at_the_rate_that_is_asked_for_now(tmp_path: Path) -> None:
    first = guided()
    checkpoint = saved(first.model, tmp_path / "first.zip")

    slow = guided(None, stretch(2 * STEPS, checkpoint), learning_rate=1e-12, learning_rate_end=1e-12)

    assert all(np.allclose(value, weights(slow.model)[name]) for name, value in weights(first.model).items())


def test_a_callback_can_end_the_training() -> None:
    class Until(BaseCallback):
        def _on_step(self) -> bool:
            return self.num_timesteps < 20

    assert train_guided(Corridor, settings(), stretch(), None, Until()).steps == 20


def test_a_first_stretch_leaves_the_guides_steps_and_optimiser_behind(tmp_path: Path) -> None:
    trained = guided()
    guide = Guide(saved(trained.model, tmp_path / "other.zip"))

    again = guided(guide, stretch(64))

    assert again.steps == 64
    [state] = {int(state["step"]) for state in again.model.policy.optimizer.state.values()}
    assert state == 4  # two epochs of two gradient steps


OPEN_ALONE = """
import sys
sys.modules["llmrl_runner"] = None
import numpy as np
from stable_baselines3 import PPO
for path in sys.argv[1:]:
    model = PPO.load(path)
    print(model.num_timesteps, model.predict(np.zeros(7, dtype=np.float32), deterministic=True)[0])
"""


def test_checkpoints_open_where_this_package_is_not_installed(tmp_path: Path) -> None:
    pairs, paths = demonstrations(), []
    for is_scaled in (False, True):
        options = {"normalize_observations": is_scaled, "normalize_rewards": is_scaled}
        model = new_network(Corridor, settings(**options), 1, "cpu", pairs.observations)
        guide = Guide(saved(model, tmp_path / f"given_{is_scaled}.zip"), pairs)
        guards = {"kl_coef": 0.5, "kl_steps": 500, "clone_coef": 0.5, "clone_steps": 500}
        end = guided(guide, **options, **guards)
        paths += [guide.checkpoint, saved(end.model, tmp_path / f"trained_{is_scaled}.zip")]

    command = [sys.executable, "-I", "-W", "error::UserWarning", "-c", OPEN_ALONE, *map(str, paths)]
    opened = subprocess.run(command, capture_output=True, text=True)

    assert opened.returncode == 0, opened.stderr
    assert [line.split()[0] for line in opened.stdout.splitlines()] == ["0", str(STEPS)] * 2
    for path in paths:
        with zipfile.ZipFile(path) as checkpoint:
            assert b"llmrl_runner" not in checkpoint.read("data")


def test_the_scales_of_a_given_policy_stay_as_it_knows_them(tmp_path: Path) -> None:
    pairs = demonstrations()
    options = {"normalize_observations": True}
    model = new_network(Corridor, settings(**options), 1, "cpu", pairs.observations)

    trained = guided(Guide(saved(model, tmp_path / "given.zip"), pairs), **options)

    assert scales(trained.model)["observations"] == scales(model)["observations"]
    assert np.allclose(scales(model)["observations"]["mean"], pairs.observations.mean(axis=0))
    guards: Any = trained.model
    assert np.array_equal(guards.guards.observations.numpy(), scaled(model, pairs.observations))


def test_without_a_guide_scales_grow_from_stretch_to_stretch(tmp_path: Path) -> None:
    options = {"normalize_observations": True, "normalize_rewards": True}
    first = guided(**options)
    checkpoint = saved(first.model, tmp_path / "first.zip")

    second = scales(guided(None, stretch(2 * STEPS, checkpoint), **options).model)

    for kind in ("observations", "returns"):
        assert second[kind]["count"] >= scales(first.model)[kind]["count"] + STEPS


def test_a_guide_that_does_not_fit_is_refused(cloned: Path) -> None:
    with pytest.raises(ConfigError, match=r"training\.net_arch: .* holds another network"):
        guided(Guide(cloned), net_arch=[8])
    with pytest.raises(ConfigError, match=r"training\.normalize_observations: must be False"):
        guided(Guide(cloned), normalize_observations=True)


def test_guards_want_one_number_an_action() -> None:
    space = SerialNetworkBatch(EnvConfig(name="any", id="MountainCarContinuous-v0"), 1).action_space

    check_guards(settings(), space)
    with pytest.raises(ConfigError, match=r"training\.clone_coef: must be 0"):
        check_guards(settings(clone_coef=0.1), space)
