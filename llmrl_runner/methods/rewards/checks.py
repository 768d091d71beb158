"""What a draft has to stand before anything is trained with it, cheapest first, on steps that were really taken.

A check that fails is told to the LLM, and those after it are left out; a warning is told, too, and rejects nothing.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, FloatArray
from llmrl_runner.methods.rewards.draft import CheckResult
from llmrl_runner.rl.rewards import Paid, Reward, RewardError, Transitions

ALONE = 16  # steps that are paid one by one
RELATIVE, ABSOLUTE = 1e-6, 1e-8  # of the largest reward: what rounding may change between batches
LARGEST = 1e4  # above it a value network learns badly
BATCH, TIMES, SECONDS = 64, 20, 2.0  # rows a call that is timed, how many calls, and when to stop at the latest
# Without what they paid: of numbers that are drawn at random, the prompts of each replay would tell others.
_UNSTEADY = (
    "the same steps paid differently in a later call: "
    "a reward keeps nothing from call to call and draws no random numbers"
)
OUTWEIGHS = 100.0  # times the spread of every other component


@dataclass(frozen=True)
class Subject:
    """A reward on stored steps. row_microseconds: what a row may take, in batches of 64."""

    reward: Reward
    steps: Transitions
    row_microseconds: float

    @cached_property
    def paid(self) -> Paid:
        """For all steps in one call."""
        return self.reward.pay(self.steps)


def check_reward(reward: Reward, steps: Transitions, row_microseconds: float) -> list[CheckResult]:
    """Every check up to the first that fails, by name. steps: at least two, of real episodes."""
    results: list[CheckResult] = []
    subject = Subject(reward, steps, row_microseconds)
    for name, check in CHECKS.items():
        results.append(_checked(name, check, subject))
        if not results[-1].passed:
            break
    return results


def arguments_text(steps: Transitions) -> str:
    """What a reward was called with, in words for its writer."""
    shapes = {"obs": steps.rows, "action": steps.actions, "next_obs": steps.next_rows}
    listed = ", ".join(f"{name} {array.shape}" for name, array in shapes.items())
    return f"{listed}, and info with `terminated` ({len(steps)},) alone; none of them can be written to"


@dataclass(frozen=True)
class Finding:
    """What a check says. fault: why the draft is rejected; warning: what is remarked; empty where all is well."""

    fault: str = ""
    warning: str = ""
    figures: Mapping[str, float] | None = None


def runs(subject: Subject) -> Finding:
    """It pays all steps finite numbers in the right shapes, also where `terminated` is what it wasn't."""
    steps = subject.steps
    paid = subject.paid
    subject.reward.pay(Transitions(steps.rows, steps.actions, steps.next_rows, ~steps.terminated))
    if not paid.components:
        return Finding("it returned a reward alone; `return reward, components` is needed, a dict with arrays (n,)")
    return Finding(figures={"mean": float(paid.rewards.mean()), "components": len(paid.components)})


def no_dice(subject: Subject) -> Finding:
    """The same steps pay the same in the very next call."""
    return Finding(_UNSTEADY if _differ(subject.paid.rewards, subject.reward.pay(subject.steps).rewards) else "")


def rows_alone(subject: Subject) -> Finding:
    """A step pays the same by itself as among others."""
    chosen = np.unique(np.linspace(0, len(subject.steps) - 1, ALONE).astype(int))
    alone = np.concatenate([subject.reward.pay(taken(subject.steps, [row])).rewards for row in chosen])
    if _differ(subject.paid.rewards[chosen], alone):
        return Finding(
            f"each step's reward must not depend on the other steps in the batch: {_pair(subject, chosen, alone)}"
        )
    return Finding()


def no_state(subject: Subject) -> Finding:
    """The same steps pay the same again, and in another order."""
    again = subject.reward.pay(subject.steps).rewards
    backwards = subject.reward.pay(taken(subject.steps, np.arange(len(subject.steps))[::-1])).rewards[::-1]
    return Finding(_UNSTEADY if any(_differ(subject.paid.rewards, each) for each in (again, backwards)) else "")


def not_constant(subject: Subject) -> Finding:
    """Some steps pay more than others."""
    rewards = subject.paid.rewards
    spread = float(np.ptp(rewards))
    if spread <= ABSOLUTE * max(1.0, float(np.abs(rewards).max())):
        words = f"the reward is {rewards[0]:.4g} at every one of {len(rewards)} steps that were played"
        return Finding(f"{words}: nothing can be learned from it before the goal was reached by chance")
    return Finding(figures={"spread": spread})


def magnitude(subject: Subject) -> Finding:
    """No reward is huge."""
    largest = float(np.abs(subject.paid.rewards).max())
    is_huge = largest > LARGEST
    return Finding(
        warning=f"the reward reaches {largest:.3g}; learning goes best with about 1 a step" if is_huge else "",
        figures={"largest": largest},
    )


def quick(subject: Subject) -> Finding:
    """A row takes little time in batches of 64. The quickest of a few calls counts: other processes only add to it."""
    batch = taken(subject.steps, np.arange(BATCH) % len(subject.steps))
    seconds = _quickest(lambda: subject.reward.pay(batch))
    row = seconds / BATCH * 1e6
    if row > subject.row_microseconds:
        # Without how long: the prompts of each replay would tell another time.
        words = f"a step takes longer than the {subject.row_microseconds:g} microseconds allowed, in batches of {BATCH}"
        fault = f"{words}: compute on whole arrays, without a loop over the steps"
        return Finding(fault, figures={"row_microseconds": row})
    return Finding(figures={"row_microseconds": row})


def flat_components(subject: Subject) -> Finding:
    """Every component varies."""
    flat = [name for name, values in subject.paid.components.items() if np.ptp(values) <= ABSOLUTE]
    listed = ", ".join(f"`{name}`" for name in flat)
    words = f"over {len(subject.steps)} steps that were played these components never change: {listed}" if flat else ""
    return Finding(warning=words, figures={"flat": len(flat)})


def no_flood(subject: Subject) -> Finding:
    """No component's spread is a hundred times that of every other that varies."""
    spreads = sorted((float(values.std()), name) for name, values in subject.paid.components.items())
    if len(spreads) < 2 or spreads[-2][0] <= 0 or spreads[-1][0] <= OUTWEIGHS * spreads[-2][0]:
        return Finding()
    (second, _), (first, name) = spreads[-2:]
    words = f"component `{name}` outweighs every other one: it varies by {first:.3g}, the next by {second:.3g} (std)"
    return Finding(warning=words, figures={"outweighs": first / second})


CHECKS: dict[str, Callable[[Subject], Finding]] = {
    "runs": runs,
    "no dice": no_dice,
    "rows alone": rows_alone,
    "no state": no_state,
    "not constant": not_constant,
    "magnitude": magnitude,
    "quick": quick,
    "flat components": flat_components,
    "no flood": no_flood,
}


def taken(steps: Transitions, rows: AnyArray | list[int]) -> Transitions:
    """Some of the steps (m,), by their rows in the order given."""
    return Transitions(steps.rows[rows], steps.actions[rows], steps.next_rows[rows], steps.terminated[rows])


def _checked(name: str, check: Callable[[Subject], Finding], subject: Subject) -> CheckResult:
    try:
        found = check(subject)
    except RewardError as error:
        line = (
            f"{error.problem} (it was called with {arguments_text(subject.steps)})" if name == "runs" else error.problem
        )
        return CheckResult(name, False, line, traceback=error.traceback)
    return CheckResult(name, not found.fault, found.fault or found.warning, dict(found.figures or {}))


def _differ(one: FloatArray, other: FloatArray) -> bool:
    return not np.allclose(one, other, rtol=RELATIVE, atol=ABSOLUTE * max(1.0, float(np.abs(one).max())))


def _pair(subject: Subject, rows: AnyArray, rewards: FloatArray) -> str:
    """Where the two differ most: `step 3 paid 0.5 among all, 0.7 then`."""
    expected = subject.paid.rewards[rows]
    worst = int(np.argmax(np.abs(expected - rewards)))
    return f"step {rows[worst]} paid {expected[worst]:.6g} among all steps, and {rewards[worst]:.6g} here"


def _quickest(call: Callable[[], object]) -> float:
    """Seconds of the quickest of some calls."""
    began, best = time.perf_counter(), float("inf")
    for _ in range(TIMES):
        started = time.perf_counter()
        call()
        ended = time.perf_counter()
        best = min(best, ended - started)
        if ended - began > SECONDS:
            break
    return best
