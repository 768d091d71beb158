"""Episodes as prompts show them."""

from collections.abc import Sequence

import numpy as np
import pytest

from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.episode_text import EpisodeWords
from llmrl_runner.rl.rollout import Episode
from tests.methods.composed import config_of


@pytest.fixture(scope="module")
def lake() -> Environment:
    return Environment(config_of("env=frozen_lake").env)


def episodes_of(returns: Sequence[float], steps: int = 2) -> list[Episode]:
    """Episodes of so many steps to the right, all of whose reward comes at the end."""
    fields = np.stack([np.zeros(steps + 1), np.arange(steps + 1)], axis=1)
    rewards = [np.append(np.zeros(steps - 1), value) for value in returns]
    return [Episode(seed, fields, np.full(steps, 2), paid, True, False) for seed, paid in enumerate(rewards)]


@pytest.mark.parametrize(
    ("returns", "best", "worst", "names"),
    [
        ([1, 5, 3], 2, 1, ["Episode 1 of the best", "Episode 2 of the best", "The worst episode"]),
        ([1, 5, 3], 1, 2, ["Episode 1 of the best", "Episode 1 of the worst", "Episode 2 of the worst"]),
        ([1, 5, 3], 2, 2, ["Episode 1 of the best", "Episode 2 of the best", "The worst episode"]),
        ([1, 5], 4, 2, ["Episode 1 of the best", "Episode 2 of the best"]),
        ([1, 5], 0, 1, ["The worst episode"]),
    ],
)
def test_every_episode_that_is_shown_has_a_title_of_its_own(
    lake: Environment, returns: list[float], best: int, worst: int, names: list[str]
) -> None:
    shown = EpisodeWords(lake, 30, True).best_and_worst(episodes_of(returns), best, worst)

    assert [text.title.partition(":")[0] for text in shown] == names


def test_the_worst_of_several_comes_first(lake: Environment) -> None:
    shown = EpisodeWords(lake, 30, True).best_and_worst(episodes_of([1, 5, 3]), 1, 2)

    assert [text.title for text in shown] == [
        "Episode 1 of the best: return 5, 2 steps, ended by the rules",
        "Episode 1 of the worst: return 1, 2 steps, ended by the rules",
        "Episode 2 of the worst: return 3, 2 steps, ended by the rules",
    ]


def test_a_long_episode_is_shown_with_its_beginning_its_end_and_a_gap(lake: Environment) -> None:
    [episode] = episodes_of([1.0], steps=9)

    text = EpisodeWords(lake, 5, True).text("One", episode)

    assert text.rows.splitlines() == [
        "step | row | column | action | reward",
        "0 | 0 | 0 | 2 | 0",
        "1 | 0 | 1 | 2 | 0",
        "2 | 0 | 2 | 2 | 0",
        "... 4 steps left out ...",
        "7 | 0 | 7 | 2 | 0",
        "8 | 0 | 8 | 2 | 1",
        "end | 0 | 9 | - | -",
    ]


def test_bins_stand_beside_values_where_a_table_cuts_them_into_bins() -> None:
    cartpole = Environment(config_of("env=cartpole").env)
    episode = Episode(0, np.zeros((2, 4)), np.array([1]), np.ones(1), True, False)

    with_cells, without = (EpisodeWords(cartpole, 5, shows).text("One", episode).rows for shows in (True, False))

    assert with_cells.splitlines()[1] == "0 | 0 | 0 | 0 | 0 | 1 1 3 3 | 1 | 1"
    assert without.splitlines()[1] == "0 | 0 | 0 | 0 | 0 | 1 | 1"
