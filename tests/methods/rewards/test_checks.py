"""What a draft has to stand, tried with programs in a process of their own."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from llmrl_runner.methods.rewards.checks import CHECKS, check_reward
from llmrl_runner.methods.rewards.draft import CheckResult
from llmrl_runner.rl.rewards import Transitions
from llmrl_runner.rl.written_reward import WrittenReward
from llmrl_runner.sandbox.program import Program
from llmrl_runner.sandbox.ways import find_way

Checked = Callable[..., list[CheckResult]]
RNG = np.random.default_rng(0)
STEPS = Transitions(RNG.normal(size=(90, 3)), RNG.normal(size=(90, 1)), RNG.normal(size=(90, 3)), np.full(90, False))
GOOD = "near = -np.linalg.norm(next_obs[:, :2], axis=1); cost = -0.1 * action[:, 0] ** 2"
RETURN = "; return near + cost, {'near': near, 'cost': cost}"


@pytest.fixture
def checked() -> Iterator[Checked]:
    """The checks of a program whose function has this body; unconfined, so that it runs on any machine."""
    programs = []

    def check(body: str, row_microseconds: float = 5000) -> list[CheckResult]:
        top = "import numpy as np\nimport time\nstate = []\n"
        lines = "\n".join(f"    {line}" for line in body.split("\n"))
        source = f"{top}def compute_reward(obs, action, next_obs, info):\n{lines}\n"
        programs.append(Program(source, "compute_reward", find_way("none")))
        return check_reward(WrittenReward(programs[-1]), STEPS, row_microseconds)

    yield check
    for program in programs:
        program.close()


def test_a_good_draft_stands_every_check_without_a_word(checked: Checked) -> None:
    results = checked(GOOD + RETURN)

    assert [result.name for result in results] == list(CHECKS)
    assert [result.line for result in results if result.line] == []


@pytest.mark.parametrize(
    ("body", "check", "words"),
    [
        ("return obs[:, 3], {}", "runs", "index 3 is out of bounds"),
        ("return obs[:, 3], {}", "runs", "called with obs (90, 3), action (90, 1), next_obs (90, 3), and info with"),
        ("obs[:, 0] = 0" + RETURN, "runs", "read-only"),
        ("return info['is_success'], {}", "runs", "is_success"),
        (GOOD + "; return near", "runs", "`return reward, components` is needed"),
        (GOOD + "\nif info['terminated'].any(): near = near[:, 0]\n" + RETURN[2:], "runs", "index"),
        (GOOD + "; near = near - near.mean()" + RETURN, "rows alone", "must not depend on the other steps"),
        (GOOD + "; near = near + np.arange(len(obs))" + RETURN, "rows alone", "must not depend on the other steps"),
        (GOOD + "; near = near + np.random.rand(len(obs))" + RETURN, "no dice", "no random numbers"),
        (GOOD + "; state.append(1); near = near + (len(state) > 19)" + RETURN, "no state", "no random numbers"),
        ("cost = near = np.zeros(len(obs))" + RETURN, "not constant", "the reward is 0 at every one of 90 steps"),
        (GOOD + "; time.sleep(0.001 * len(obs))" + RETURN, "quick", "without a loop over the steps"),
    ],
)
def test_the_first_check_that_fails_says_what_to_mend(body: str, check: str, words: str, checked: Checked) -> None:
    results = checked(body, 500)

    assert [result.passed for result in results] == [True] * (len(results) - 1) + [False]
    assert results[-1].name == check
    assert words in results[-1].line
    assert "\n" not in results[-1].line


@pytest.mark.parametrize(
    "body", [GOOD + "; near = near + np.random.rand(len(obs))" + RETURN, GOOD + "; time.sleep(0.01)" + RETURN]
)
def test_a_fault_is_told_in_the_same_words_each_time(body: str, checked: Checked) -> None:
    once, again = (checked(body, row_microseconds=1)[-1] for _ in range(2))

    assert not once.passed
    assert once.line == again.line


@pytest.mark.parametrize(
    ("body", "check", "words"),
    [
        (GOOD + "; near = near * 1e6" + RETURN, "magnitude", "learning goes best with about 1 a step"),
        (GOOD + "; cost = cost * 0" + RETURN, "flat components", "`cost`"),
        (GOOD + "; cost = cost / 1e3" + RETURN, "no flood", "component `near` outweighs"),
    ],
)
def test_a_warning_is_told_and_rejects_nothing(body: str, check: str, words: str, checked: Checked) -> None:
    results = {result.name: result for result in checked(body)}

    assert all(result.passed for result in results.values())
    assert words in results[check].line


def test_a_traceback_comes_along(checked: Checked) -> None:
    assert "return obs[:, 3]" in checked("return obs[:, 3], {}")[0].traceback
