"""Behaviour cloning: what is held out, when it ends, which network is kept, and what it leaves alone."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.network_batch import SerialNetworkBatch
from llmrl_runner.rl.cloning import Pairs, clone, split
from llmrl_runner.rl.discrete_policy import action_logits
from llmrl_runner.rl.guided_training import new_network
from llmrl_runner.rl.scales import scaled
from tests.rl.corridor import RIGHT, Corridor, cloning_settings, demonstrations, same, settings, weights


def network(**changes: Any) -> Any:
    return new_network(Corridor, settings(**changes), 1, "cpu", demonstrations().observations)


def cross_entropy(model: Any, pairs: Pairs) -> float:
    with torch.no_grad():
        logits = action_logits(model.policy, torch.as_tensor(scaled(model, pairs.observations)))
        return float(torch.nn.functional.cross_entropy(logits, torch.as_tensor(pairs.actions)))


@pytest.mark.parametrize("is_scaled", [False, True])
def test_the_policy_learns_what_was_demonstrated(is_scaled: bool) -> None:
    model = network(normalize_observations=is_scaled)

    cloned = clone(model, demonstrations(), cloning_settings(), 0)

    actions, _ = model.predict(scaled(model, demonstrations().observations), deterministic=True)
    assert actions.tolist() == [RIGHT] * len(actions)
    assert cloned.loss[-1] < 0.2 < cloned.loss[0]
    assert cloned.accuracy[-1] == cloned.held_out_accuracy[-1] == 1.0  # type: ignore[index]
    assert cloned.entropy[-1] < cloned.entropy[0] < np.log(3) + 1e-6
    assert (cloned.pairs + cloned.held_out_pairs, cloned.episodes, cloned.held_out_episodes) == (15, 4, 1)


def test_the_value_network_and_ppos_optimiser_stay_as_they_were() -> None:
    model = network()
    before = weights(model)

    clone(model, demonstrations(), cloning_settings(weight_decay=0.5), 0)

    assert same(before, weights(model), "value_net")
    assert not same(before, weights(model), "policy_net")
    assert not model.policy.optimizer.state
    assert all(parameter.grad is None for parameter in model.policy.value_net.parameters())


def test_the_same_seed_comes_to_the_same_network_whatever_was_drawn_before() -> None:
    models = [network() for _ in range(3)]
    for model, seed in zip(models, (0, 0, 1), strict=True):
        np.random.rand(2)
        torch.rand(2)
        clone(model, demonstrations(), cloning_settings(), seed)

    first, again, other = map(weights, models)
    assert same(first, again)
    assert not same(first, other)


def test_cloning_draws_no_random_numbers_of_the_trainings() -> None:
    model = network()
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[union-attr]

    clone(model, demonstrations(), cloning_settings(), 0)

    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])  # type: ignore[arg-type]


def test_the_network_is_kept_that_told_held_out_actions_best() -> None:
    pairs = demonstrations()
    contradicted = Pairs(pairs.observations, np.where(pairs.episodes == 0, 0, RIGHT), pairs.episodes)
    seed = next(s for s in range(50) if 0 in split(pairs, 0.2, np.random.default_rng(s))[1].episodes)
    model = network()

    cloned = clone(model, contradicted, cloning_settings(patience=3), seed)

    assert cloned.held_out_loss is not None
    assert cloned.ended_by == "patience"
    assert cloned.best_epoch == cloned.epochs - 3
    held_out = split(contradicted, 0.2, np.random.default_rng(seed))[1]
    assert cross_entropy(model, held_out) <= cloned.held_out_loss.min() + 1e-6


def test_a_single_episode_is_not_held_out_and_the_last_network_is_kept() -> None:
    cloned = clone(network(), demonstrations(1), cloning_settings(epochs=5, patience=2), 0)

    assert (cloned.held_out_loss, cloned.held_out_episodes) == (None, 0)
    assert (cloned.best_epoch, cloned.epochs, cloned.ended_by) == (5, 5, "epochs")


def test_more_entropy_leaves_it_less_sure() -> None:
    sure, unsure = (clone(network(), demonstrations(), cloning_settings(ent_coef=c), 0) for c in (0.0, 0.5))

    assert sure.entropy[-1] < unsure.entropy[-1]


def test_it_stops_at_the_first_look_that_sees_enough_success() -> None:
    seen = iter([0.2, 0.9])

    cloned = clone(network(), demonstrations(), cloning_settings(success_threshold=0.8), 0, lambda _: next(seen))

    assert (cloned.ended_by, cloned.success, cloned.epochs, cloned.best_epoch) == ("success", 0.9, 10, 10)


def test_without_a_threshold_nobody_plays() -> None:
    def never(model: Any) -> float:
        raise AssertionError

    assert clone(network(), demonstrations(), cloning_settings(), 0, never).success is None


def test_without_epochs_the_network_stays_as_it_was() -> None:
    model = network()
    before = weights(model)

    cloned = clone(model, demonstrations(), cloning_settings(epochs=0), 0)

    assert same(before, weights(model))
    assert (cloned.epochs, cloned.best_epoch, cloned.ended_by) == (0, 0, "epochs")


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30), st.floats(0, 0.99), st.integers(0, 9))
def test_whole_episodes_are_held_out(episodes: list[int], share: float, seed: int) -> None:
    pairs = Pairs(np.arange(len(episodes))[:, None], np.zeros(len(episodes), dtype=np.int64), np.array(episodes))

    rest, held_out = split(pairs, share, np.random.default_rng(seed))

    assert sorted([*rest.observations[:, 0], *held_out.observations[:, 0]]) == list(range(len(episodes)))
    assert not set(rest.episodes) & set(held_out.episodes)
    assert rest.n_episodes >= 1
    assert (held_out.n_episodes >= 1) == (share > 0 and pairs.n_episodes >= 2)


def test_what_cannot_be_cloned_is_refused() -> None:
    pairs = demonstrations()
    nothing = pairs.part(np.zeros(len(pairs), dtype=bool))
    unknown = Pairs(pairs.observations, np.full(len(pairs), 3), pairs.episodes)
    car = EnvConfig(name="any", id="MountainCarContinuous-v0")

    with pytest.raises(ValueError, match="no demonstrated steps"):
        clone(network(), nothing, cloning_settings(), 0)
    with pytest.raises(ValueError, match=r"must be in \[0, 3\), got 3 to 3"):
        clone(network(), unknown, cloning_settings(), 0)
    steering = new_network(lambda size: SerialNetworkBatch(car, size), settings(), 1, "cpu")
    with pytest.raises(ValueError, match="one action out of several"):
        clone(steering, pairs, cloning_settings(), 0)
