"""Whether a network does what it is told: the same episodes, once as they are and once with another's instruction."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from llmrl_runner.rl.evaluation import success_figures
from llmrl_runner.rl.network_evaluation import Evaluation


def swapped(instructions: Sequence[str], rng: np.random.Generator) -> dict[str, str]:
    """Another instruction for each of them, each told once; nothing where there are fewer than two."""
    if len(instructions) < 2:
        return {}
    order = [instructions[place] for place in rng.permutation(len(instructions))]
    return dict(zip(order, [*order[1:], order[0]], strict=True))


def alignment(told: Evaluation, misled: Evaluation) -> dict[str, Any] | None:
    """In which share of episodes the network does what its instruction says, and where it is told another's.

    Of drawn actions, where there are any. None where success isn't defined.
    """
    if told.leading.successes is None:
        return None
    return {"own": success_figures(told.leading), "another": success_figures(misled.leading)}
