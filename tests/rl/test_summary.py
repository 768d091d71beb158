"""What a prompt is told about many episodes."""

from collections.abc import Callable

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import ActionConfig, EnvConfig, FieldConfig, SuccessConfig
from llmrl_runner.envs.environment import Environment
from llmrl_runner.rl.rollout import Episode
from llmrl_runner.rl.summary import best_and_worst, episodes_summary, field_scales, median_episode

NO_SUCCESS = SuccessConfig()


@pytest.fixture(scope="module")
def lake() -> Environment:
    fields = [FieldConfig(name="row", values=4), FieldConfig(name="column", values=4)]
    actions = [ActionConfig(name=name) for name in ("left", "down", "right", "up")]
    return Environment(EnvConfig(name="lake", id="FrozenLake-v1", observation=fields, actions=actions))


def test_returns_lengths_and_endings_are_counted(lake: Environment, episode: Callable[..., Episode]) -> None:
    episodes = [episode([1.0]), episode([0.0, 5.0]), episode([0.0, 0.0, 0.0], is_cut_off=True)]

    found = episodes_summary(episodes, lake.actions, SuccessConfig(return_at_least=1.0))

    assert found.returns == (0.0, 1.0, 5.0, 2.0)
    assert found.lengths == (1.0, 2.0, 3.0, 2.0)
    assert (found.episodes, found.terminated, found.truncated) == (3, 2, 1)
    assert found.success_rate == pytest.approx(2 / 3)
    assert (found.cells_visited, found.busiest) == (None, ())


def test_actions_are_counted_by_name(lake: Environment, episode: Callable[..., Episode]) -> None:
    found = episodes_summary([episode([0.0] * 4), episode([0.0] * 4)], lake.actions, NO_SUCCESS)

    assert found.action_shares == (("left", 0.25), ("down", 0.0), ("right", 0.75), ("up", 0.0))
    assert found.success_rate is None


def test_cells_are_told_with_the_mean_return_of_the_episodes_through_them(
    lake: Environment, episode: Callable[..., Episode]
) -> None:
    episodes = [episode([0.0, 1.0]), episode([0.0, 0.0, 0.0, 0.0, 0.0])]

    found = episodes_summary(episodes, lake.actions, NO_SUCCESS, lake.cells, busiest=3)

    assert (found.cells_visited, found.n_cells) == (4, 16)
    assert found.busiest == (((0, 0), 2 / 7, 0.5), ((0, 1), 2 / 7, 0.5), ((0, 3), 2 / 7, 0.0))


def test_the_best_the_worst_and_the_middle_are_picked_by_return(episode: Callable[..., Episode]) -> None:
    episodes = [episode([float(value)], seed=value) for value in (3, 9, 1, 7, 5, 2)]

    best, worst = best_and_worst(episodes)

    assert [chosen.seed for chosen in best] == [9, 7, 5, 3]
    assert [chosen.seed for chosen in worst] == [1]
    assert median_episode(episodes).seed == 5


def test_few_episodes_are_not_shown_twice(episode: Callable[..., Episode]) -> None:
    best, worst = best_and_worst([episode([1.0]), episode([2.0])], best=4, worst=1)

    assert len(best) == 2
    assert worst == []


def test_a_field_that_never_moves_has_scale_one(episode: Callable[..., Episode]) -> None:
    scales = field_scales([episode([0.0, 0.0])])

    np.testing.assert_allclose(scales, [1.0, np.sqrt(5 / 3)])
