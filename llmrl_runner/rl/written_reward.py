"""A reward that somebody wrote as a program, which runs in a process of its own."""

from collections.abc import Sequence

import numpy as np

from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.rl.rewards import MOST_ROWS, Paid, RewardError, Transitions
from llmrl_runner.sandbox.program import Program, ProgramError

MOST_COMPONENTS = 20
LONGEST_NAME = 60  # characters
LARGEST = 1e9  # of any number: networks compute in 32 bits, where the squares of far larger ones overflow


class WrittenReward:
    """`program` as a Reward: its function gets obs (n, f), action (n,) or (n, d), next_obs (n, f) and info.

    info holds `terminated` (n,) alone: neither what the environment paid nor whether an episode was a success. The
    function answers with a reward (n,) and a dict of components (n,) each, all within +-LARGEST; anything else is a
    RewardError that says what is wrong, and at which step.
    """

    def __init__(self, program: Program) -> None:
        self.program = program

    def pay(self, steps: Transitions) -> Paid:
        """See Reward. Of very many steps so many a call that its answer stays within the program's limits."""
        if len(steps) <= MOST_ROWS:
            return self._called(steps)
        return _joined([self._called(steps[at : at + MOST_ROWS]) for at in range(0, len(steps), MOST_ROWS)])

    def _called(self, steps: Transitions) -> Paid:
        try:
            info = {"terminated": steps.terminated}
            answer = self.program.call(steps.rows, steps.actions, steps.next_rows, info)
        except ProgramError as error:
            raise RewardError(str(error), error.traceback) from error
        _check("`reward`", answer.value, len(steps))
        if len(answer.parts) > MOST_COMPONENTS:
            raise RewardError(f"there are {len(answer.parts)} components; at most {MOST_COMPONENTS} can be looked at")
        for name, part in answer.parts.items():
            _check_component(name, part, len(steps))
        return Paid(answer.value, answer.parts)


def _joined(parts: Sequence[Paid]) -> Paid:
    names = list(parts[0].components)
    if any(list(part.components) != names for part in parts):
        raise RewardError("its components have other names in another call")
    rewards = np.concatenate([part.rewards for part in parts])
    return Paid(rewards, {name: np.concatenate([part.components[name] for part in parts]) for name in names})


def _check_component(name: str, part: FloatArray, n: int) -> None:
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise RewardError(f"a component's name has at most {LONGEST_NAME} printable characters, not {len(name)}")
    _check(f"component `{name}`", part, n)


def _check(what: str, numbers: FloatArray, n: int) -> None:
    """Raise RewardError where there isn't one usable number a step. This runs at every step of a training."""
    if numbers.shape != (n,):
        raise RewardError(_shape_words(what, numbers.shape, n))
    is_usable = np.abs(numbers) <= LARGEST
    if not is_usable.all():
        raise RewardError(_wrong_words(what, numbers, np.flatnonzero(~is_usable)))


def _wrong_words(what: str, numbers: FloatArray, wrong: IntArray) -> str:
    """`reward` is nan at row 3 and 2 more of 64; every number must be finite"""
    first = numbers[wrong[0]]
    rows = f"row {wrong[0]}" + (f" and {len(wrong) - 1} more" if len(wrong) > 1 else "") + f" of {len(numbers)}"
    must = f"lie within +-{LARGEST:.0e}" if np.isfinite(first) else "be finite"
    return f"{what} is {first:.6g} at {rows}; every number must {must}"


def _shape_words(what: str, shape: tuple[int, ...], n: int) -> str:
    """`reward` has shape (8, 1), needed (8,): one number a step."""
    cure = " (np.full(len(obs), x) makes one of a single number)" if shape == () else ""
    return f"{what} has shape {shape}, needed ({n},): one number a step{cure}"
