"""Episodes come back whole, in order, and the same whatever plays beside them."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.envs.batch import make_batch
from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.policies.table import TablePolicy
from llmrl_runner.rl.rollout import Episode, evaluate, rollout


@given(st.integers(1, 9), st.lists(st.integers(0, 10**6), max_size=25))
def test_each_seed_gets_its_own_episode_in_its_own_place(
    countdown: Callable[[int], Any], constant: Callable[[int], Any], size: int, seeds: list[int]
) -> None:
    episodes = rollout(countdown(size), constant(1), np.array(seeds, dtype=np.int64))

    assert [episode.seed for episode in episodes] == seeds
    for episode in episodes:
        assert episode.length == episode.seed % 7 + 1
        assert episode.observations[:, 0].tolist() == list(range(episode.length, -1, -1))
        assert (episode.observations[:, 1] == episode.seed).all()
        assert episode.truncated == (episode.seed % 2 == 0) != episode.terminated


@given(st.integers(1, 9), st.lists(st.integers(0, 10**6), max_size=25))
def test_scores_are_those_of_the_whole_episodes(
    countdown: Callable[[int], Any], constant: Callable[[int], Any], size: int, numbers: list[int]
) -> None:
    seeds = np.array(numbers, dtype=np.int64)

    scores = evaluate(countdown(size), constant(2), seeds)

    episodes = rollout(countdown(4), constant(2), seeds)
    assert scores.returns.tolist() == [episode.episode_return for episode in episodes]
    assert scores.lengths.tolist() == [episode.length for episode in episodes]
    assert scores.env_steps == sum(episode.length for episode in episodes)


@pytest.mark.parametrize("reward", [np.nan, np.inf, -np.inf])
def test_a_reward_that_is_no_finite_number_is_an_error_that_names_the_seed(
    reward: float, countdown: Callable[[int], Any], constant: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = countdown(4)
    step = batch.step

    def paid(slots: Any, actions: Any) -> Any:
        fields, rewards, terminated, truncated = step(slots, actions)
        return fields, np.where(fields[:, 1] == 12, reward, rewards), terminated, truncated

    monkeypatch.setattr(batch, "step", paid)

    with pytest.raises(ValueError, match="episode from seed 12"):
        evaluate(batch, constant(1), np.array([9, 12, 3]))


def test_large_rewards_whose_sum_overflows_are_no_error(
    countdown: Callable[[int], Any], constant: Callable[[int], Any]
) -> None:
    scores = evaluate(countdown(4), constant(1e308), np.array([7, 14, 21, 28]))  # of one step each

    assert scores.returns.tolist() == [1e308] * 4


def test_cartpole_plays_the_same_whatever_the_batch_and_with_or_without_its_twin(cartpole_config: EnvConfig) -> None:
    environment = Environment(cartpole_config)
    policy = LinearPolicy(np.array([[0.0, 0.0, 1.0, 0.0]]), np.zeros(1), environment.actions, cartpole_names())
    seeds = np.arange(20)

    played = [
        evaluate(make_batch(replace(cartpole_config, batch=batch), size), policy, seeds).returns.tolist()
        for batch, size in [(cartpole_config.batch, 1), (cartpole_config.batch, 7), (None, 3), (None, 20)]
    ]

    assert all(returns == played[0] for returns in played)
    assert len(set(played[0])) > 3


def test_a_thousand_cartpole_episodes_of_500_steps_take_about_a_second(cartpole: Environment) -> None:
    table = _balancing_table(cartpole)
    batch = make_batch(cartpole.config, 1000)

    started = time.perf_counter()
    scores = evaluate(batch, table, np.arange(1000))
    seconds = time.perf_counter() - started

    assert scores.env_steps > 495_000
    assert seconds < 3.0  # 0.2 s on one free core


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [((None, None), None), ((3.0, None), True), ((3.5, None), False), ((None, 2.0), True), ((3.0, 2.5), False)],
)
def test_success_asks_for_all_bounds_that_are_given(
    bounds: tuple[float | None, float | None], expected: bool | None, episode: Callable[..., Episode]
) -> None:
    success = SuccessConfig(*bounds)

    assert episode([1.0, 0.0, 2.0]).is_success(success) is expected


def test_successes_are_counted_on_the_fast_path_too(
    countdown: Callable[[int], Any], constant: Callable[[int], Any]
) -> None:
    scores = evaluate(countdown(2), constant(1), np.arange(7), SuccessConfig(return_at_least=4.0))

    assert scores.successes is not None
    assert scores.successes.tolist() == [False, False, False, True, True, True, True]


def cartpole_names() -> tuple[str, ...]:
    return ("position", "velocity", "angle", "angular velocity")


def _balancing_table(cartpole: Environment) -> TablePolicy:
    """A 324-cell table that keeps nearly every pole up."""
    cells = cartpole.cells
    indices = cells.unravel(np.arange(cells.n_cells))
    centres = np.stack([cells.centres(place)[indices[:, place]] for place in range(4)], axis=1)
    scores = centres @ np.array([0.22, 0.1, 18.7, 0.52])
    return TablePolicy(cells, cartpole.actions, (scores > 0).astype(np.int64)[:, None])
