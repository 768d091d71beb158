"""A program as a reward: what it gets, and what is said of an answer that is none."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from llmrl_runner.rl import written_reward
from llmrl_runner.rl.rewards import RewardError, Transitions
from llmrl_runner.rl.written_reward import WrittenReward
from llmrl_runner.sandbox.program import Program
from llmrl_runner.sandbox.ways import find_way

Written = Callable[[str], WrittenReward]
STEPS = Transitions(
    np.arange(16.0).reshape(8, 2), np.ones((8, 1)), np.arange(16.0).reshape(8, 2) + 1, np.arange(8) == 7
)


@pytest.fixture
def written() -> Iterator[Written]:
    """Rewards of one statement each; unconfined in a process of its own, so that it runs on any machine."""
    programs = []

    def write(body: str) -> WrittenReward:
        source = f"import numpy as np\ndef compute_reward(obs, action, next_obs, info):\n    {body}\n"
        programs.append(Program(source, "compute_reward", find_way("none")))
        return WrittenReward(programs[-1])

    yield write
    for program in programs:
        program.close()


def test_a_program_pays_each_step_and_names_its_parts(written: Written) -> None:
    body = (
        "a = next_obs[:, 1] - obs[:, 0] + action[:, 0]; b = -5.0 * info['terminated']; return a + b, {'a': a, 'b': b}"
    )

    paid = written(body).pay(STEPS)

    np.testing.assert_array_equal(paid.rewards, [3, 3, 3, 3, 3, 3, 3, -2])
    np.testing.assert_array_equal(paid.components["b"], [0, 0, 0, 0, 0, 0, 0, -5])


def test_a_program_is_told_of_the_end_and_of_nothing_else(written: Written) -> None:
    paid = written("x = np.full(len(obs), float(list(info) == ['terminated'])); return x, {'x': x}").pay(STEPS)

    assert paid.rewards.tolist() == [1.0] * 8


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return obs[:, :1], {}", r"`reward` has shape \(8, 1\), needed \(8,\): one number a step"),
        ("return 1.0, {}", r"`reward` has shape \(\), needed \(8,\).*np\.full"),
        ("return obs[:, 0] / (obs[:, 0] - 4), {}", "`reward` is inf at row 2 of 8; every number must be finite"),
        ("return np.where(obs[:, 0] > 9, np.nan, 0), {}", "`reward` is nan at row 5 and 2 more of 8"),
        ("return np.full(8, -1e39), {}", r"`reward` is -1e\+39 at row 0 and 7 more of 8; .* within \+-1e\+09"),
        ("return obs[:, 0], {'far': obs[:, 0] * 1e300}", r"component `far` is 2e\+300 at row 1 and 6 more"),
        ("return obs[:, 0], {'near': obs}", r"component `near` has shape \(8, 2\)"),
        ("return obs[:, 0], {'near': np.full(8, np.nan)}", "component `near` is nan at row 0 and 7 more"),
        ("return obs[:, 0], {str(i): obs[:, 0] for i in range(21)}", "21 components; at most 20"),
        ("return obs[:, 0], {'n' * 61: obs[:, 0]}", "at most 60 printable characters, not 61"),
        ("return obs[:, 0], {'': obs[:, 0]}", "a name has to be a short text"),
        ("return info['success'], {}", "success"),
    ],
)
def test_an_answer_that_pays_nothing_is_told_in_a_line(body: str, words: str, written: Written) -> None:
    with pytest.raises(RewardError, match=words) as caught:
        written(body).pay(STEPS)

    assert "\n" not in caught.value.problem


def test_where_a_program_raised_is_told_by_its_own_lines(written: Written) -> None:
    with pytest.raises(RewardError) as caught:
        written("return obs[:, 7], {}").pay(STEPS)

    assert "return obs[:, 7], {}" in caught.value.traceback


def test_very_many_steps_are_paid_in_several_calls(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written_reward, "MOST_ROWS", 3)
    body = (
        "r = next_obs[:, 1] - obs[:, 0]; return r * len(obs) / len(obs), {'rows': np.full(len(obs), float(len(obs)))}"
    )

    paid = written(body).pay(STEPS)

    assert paid.rewards == pytest.approx(STEPS.next_rows[:, 1] - STEPS.rows[:, 0])
    assert paid.components["rows"].tolist() == [3, 3, 3, 3, 3, 3, 2, 2]


def test_parts_whose_names_change_from_call_to_call_are_told(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written_reward, "MOST_ROWS", 3)

    with pytest.raises(RewardError, match="other names in another call"):
        written("return obs[:, 0], {f'of {len(obs)}': obs[:, 0]}").pay(STEPS)
