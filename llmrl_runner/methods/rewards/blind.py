"""What llm=random answers when a reward is asked for: a program that is well formed and knows nothing."""

from collections.abc import Sequence

from numpy.random import Generator

from llmrl_runner.config.environment_schema import ActionConfig, FieldConfig

MOST_COLUMNS = 4
EFFORT = 0.1  # the largest weight of an effort term


def blind_reward(rng: Generator, fields: Sequence[FieldConfig], actions: Sequence[ActionConfig]) -> str:
    """A random function of a few random columns, in one fenced block: a sum of them, or minus a distance in them.

    Where actions are numbers, it also charges for their size. It uses the fields' bounds for their scale, as far as
    these are told, and nothing of their meaning.
    """
    count = int(rng.integers(1, min(MOST_COLUMNS, len(fields)) + 1))
    columns = sorted(rng.choice(len(fields), size=count, replace=False).tolist())
    scaled = [_scaled(rng, column, fields[column]) for column in columns]
    lines = _distance(scaled) if rng.integers(2) else _sum(rng, scaled)
    effort = _effort(rng) if any(action.low is not None for action in actions) else "np.zeros(len(obs))"
    return "\n".join(["```python", *HEAD, *(f"    {line}" for line in [*lines, f"effort = {effort}"]), *TAIL, "```"])


HEAD = ("import numpy as np", "", "", "def compute_reward(obs, action, next_obs, info):")
TAIL = ('    return state + effort, {"state": state, "effort": effort}',)


def _scaled(rng: Generator, column: int, field: FieldConfig) -> str:
    """A column less a random target, in units of half its range, of 1 where it has none."""
    low, high = (field.low, field.high) if field.values is None else (0.0, float(field.values - 1))
    half = 1.0 if low is None or high is None or high <= low else (high - low) / 2
    middle = 0.0 if low is None or high is None else (high + low) / 2
    target = middle + half * float(rng.uniform(-1, 1))
    return f"(next_obs[:, {column}] - {target:.4g}) / {half:.4g}".replace("- -", "+ ")


def _sum(rng: Generator, scaled: Sequence[str]) -> list[str]:
    weights = rng.uniform(-1, 1, size=len(scaled))
    terms = " + ".join(f"{weight:.3f} * {column}" for weight, column in zip(weights, scaled, strict=True))
    return [f"state = {terms}".replace("+ -", "- ")]


def _distance(scaled: Sequence[str]) -> list[str]:
    squares = " + ".join(f"({column}) ** 2" for column in scaled)
    return [f"state = -np.sqrt({squares})"]


def _effort(rng: Generator) -> str:
    return f"-{rng.uniform(0, EFFORT):.3f} * np.sum(np.square(action), axis=1)"
