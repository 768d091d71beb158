"""Rewards that are computed from steps, many at once: what an LLM wrote, or what an arm of a comparison pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray

MOST_ROWS = 100_000  # a call of a reward, so that the memory it takes stays bounded


@dataclass(frozen=True)
class Transitions:
    """n steps, as a reward sees them.

    rows (n, f): the fields before each step (env.reward_fields, else env.observation, in the environment's units);
    next_rows (n, f): after it, the last of its episode included. actions (n,) whole numbers or (n, d). terminated (n,):
    whether the environment's own rules ended the episode there; a time limit doesn't count.
    """

    rows: FloatArray
    actions: AnyArray
    next_rows: FloatArray
    terminated: BoolArray

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, steps: slice) -> "Transitions":
        """Some steps in a row."""
        return Transitions(self.rows[steps], self.actions[steps], self.next_rows[steps], self.terminated[steps])


@dataclass(frozen=True)
class Paid:
    """What a reward pays for n steps: rewards (n,), and the named parts (n,) that its writer wants to see."""

    rewards: FloatArray
    components: Mapping[str, FloatArray]


class RewardError(Exception):
    """A written reward that can't go on, in one line that its writer understands; `traceback` through its own lines."""

    def __init__(self, problem: str, traceback: str = "") -> None:
        super().__init__(problem)
        self.problem, self.traceback = problem, traceback


class Reward(Protocol):
    """A reward: a pure function of single steps, computed on many of them."""

    def pay(self, steps: Transitions) -> Paid:
        """For each of n steps. Raises RewardError."""
        ...
