"""A draft on stored episodes, in a process of its own, as the machine offers it: confined where it can be."""

from collections.abc import Callable

import numpy as np
import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.method_schema import ChecksConfig
from llmrl_runner.methods.rewards.draft import Draft
from llmrl_runner.methods.rewards.examination import examined
from llmrl_runner.rl.rewards import Transitions
from llmrl_runner.rl.stored_episodes import StoredEpisodes
from llmrl_runner.sandbox.program import Program
from llmrl_runner.sandbox.ways import find_way

SETTINGS = ChecksConfig(episodes=8, row_microseconds=5000, preference_pairs=10, preference_floor=0.3)
K, T = 8, 5
TOP = "import numpy as np\ndef compute_reward(obs, action, next_obs, info):\n"
NEAR = TOP + "    near = -np.abs(next_obs[:, 0])\n    return near, {'near': near}\n"


def stored() -> StoredEpisodes:
    """Eight episodes of five steps; the first four end near 0 and are successes."""
    rng = np.random.default_rng(0)
    successes = np.arange(K) < K // 2
    rows = rng.normal(scale=0.1, size=(K * T, 2)) + np.repeat(np.where(successes, 0.5, 3.0), T)[:, None]
    steps = Transitions(rows, rng.normal(size=(K * T, 1)), rows * 0.9, np.full(K * T, False))
    return StoredEpisodes(steps, np.repeat(np.arange(K), T), successes * 1.0, successes, np.arange(K))


@pytest.fixture
def start() -> Callable[[str], Program]:
    try:
        way = find_way("auto")
    except ConfigError:
        way = find_way("none")
    return lambda source: Program(source, "compute_reward", way)


def test_a_draft_that_likes_successes_may_be_trained(start: Callable[[str], Program]) -> None:
    draft = examined(Draft(0, 1, NEAR), start, stored(), SETTINGS, 0.9)

    assert (draft.status, draft.reason, draft.passed) == ("drafted", "", True)
    assert draft.preference is not None
    assert (draft.preference.pairs, draft.preference.share) == (16, 1.0)


def test_a_draft_that_likes_failures_is_let_go(start: Callable[[str], Program]) -> None:
    draft = examined(Draft(0, 1, NEAR.replace("-np", "np")), start, stored(), SETTINGS, 0.9)

    assert (draft.status, draft.passed) == ("let go", False)
    assert draft.reason == "of 16 pairs of a successful and a failed episode it paid the good one more in only 0%"


@pytest.mark.parametrize(
    ("source", "check", "reason"),
    [
        ("import nothing_at_all\n" + NEAR, "loads", "nothing_at_all"),
        (NEAR.replace("[:, 0]", "[:, 9]"), "runs", "out of bounds"),
        (NEAR.replace("-np.abs(next_obs[:, 0])", "np.zeros(len(obs))"), "not constant", "nothing can be learned"),
    ],
)
def test_a_draft_that_falls_in_a_check_is_rejected_with_why(
    source: str, check: str, reason: str, start: Callable[[str], Program]
) -> None:
    draft = examined(Draft(0, 1, source), start, stored(), SETTINGS, 0.9)

    assert (draft.status, draft.checks[-1].name, draft.preference) == ("rejected", check, None)
    assert reason in draft.reason


def test_a_mended_draft_is_no_longer_rejected(start: Callable[[str], Program]) -> None:
    before = Draft(0, 1, NEAR, status="rejected", reason="it raised")

    assert examined(before, start, stored(), SETTINGS, 0.9).status == "drafted"


def test_a_draft_that_breaks_only_after_all_checks_is_rejected_and_raises_nothing(
    start: Callable[[str], Program],
) -> None:
    full = "CALLS = []\n" + TOP
    full += f"    CALLS.extend([1] if len(obs) == {K * T} else [])\n"
    full += "    if len(CALLS) > 5: raise ValueError('table is full')\n"
    draft = examined(Draft(0, 1, NEAR.replace(TOP, full)), start, stored(), SETTINGS, 0.9)

    assert (draft.status, draft.reason, draft.passed) == ("rejected", "ValueError: table is full", False)
    assert [check.name for check in draft.checks if not check.passed] == ["preference"]
    assert "table is full" in draft.traceback
