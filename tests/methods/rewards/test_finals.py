"""The final test: what its intervals tell, with a few networks behind many episodes."""

from types import SimpleNamespace

import numpy as np
import pytest

from llmrl_runner.methods.rewards.finals import Finals
from llmrl_runner.rl.intervals import wilson_interval
from llmrl_runner.rl.rollout import EpisodeScores


def finals(*rates: float, episodes: int = 60) -> Finals:
    """Networks, each of which succeeds in this share of its episodes."""
    made = Finals([], None)
    for rate in rates:
        successes = np.arange(episodes) < rate * episodes
        scores = EpisodeScores(successes * 1.0, np.full(episodes, 50), successes)
        made.outcomes.append(SimpleNamespace(problem=None, tested=scores))  # type: ignore[arg-type]
    return made


def test_a_network_that_fails_widens_the_interval_to_what_five_networks_tell() -> None:
    figures = finals(1, 1, 1, 1, 0).test_figures(np.arange(300))

    low, high = figures["success_ci95"]
    assert figures["success_rate"] == 0.8
    assert low == pytest.approx(0.8 - 2.776 * np.std([1, 1, 1, 1, 0], ddof=1) / np.sqrt(5), abs=1e-3)
    assert high == 1.0
    assert figures["return_ci95"][0] == pytest.approx(low)


def test_networks_that_are_alike_leave_the_interval_of_the_episodes() -> None:
    figures = finals(1, 1, 1, 1, 1).test_figures(np.arange(300))

    assert figures["success_ci95"] == list(wilson_interval(300, 300) or ())


def test_one_network_alone_has_the_interval_of_its_episodes() -> None:
    figures = finals(0.5).test_figures(np.arange(60))

    assert figures["success_ci95"] == list(wilson_interval(30, 60) or ())
