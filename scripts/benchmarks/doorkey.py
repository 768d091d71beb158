"""How fast PPO trains on MiniGrid-DoorKey-8x8: ours beside minigrid, FlatObsWrapper and Stable-Baselines3 as they are.

Both train with the settings of conf/training/guided_ppo.yaml, in turn, on one core. The plain one's networks take
FlatObsWrapper's 2,835 inputs, ours those of env.network_wrapper.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scripts.benchmarks.pairs import paired_medians

if TYPE_CHECKING:
    from scripts.benchmarks.doorkey_training import Learner

STEPS = 20_000  # ten updates of 40 environments
EVALUATED_STEPS = 10_000  # with one evaluation, which takes the plain one longer than the training
RANDOM_STEPS = 32_000  # with random actions, no network
SEED = 0


def measure(repeats: int) -> dict[str, Any]:
    """Steps a second of both and how many times as many ours takes: training, training with evaluations, random play.

    With evaluations: 40 episodes with drawn and 40 with the most likely actions each 10,000 steps, whose own steps
    don't count.
    """
    from scripts.benchmarks.doorkey_training import Ours, Plain, configured

    config = configured("doorkey_8x8")
    ours, plain = Ours(config), Plain(config)
    with one_core():
        figures = {
            **compared("", training(plain), training(ours), STEPS, repeats),
            **compared("evaluating_", evaluated(plain), evaluated(ours), EVALUATED_STEPS, repeats),
            **compared("env_", playing(plain), playing(ours), RANDOM_STEPS, repeats),
        }
    return figures | {"plain_inputs": plain.inputs, "inputs": ours.inputs}


def compared(
    name: str, plain: Callable[[], float], ours: Callable[[], float], steps: int, repeats: int
) -> dict[str, float]:
    """Steps a second of both by their medians, taken in turn, and the ratio of the two."""
    plain_s, ours_s = paired_medians(plain, ours, repeats)
    rates = {f"{name}plain_steps_per_s": steps / plain_s, f"{name}steps_per_s": steps / ours_s}
    return rates | {f"{name}times": plain_s / ours_s}


def training(learner: "Learner") -> Callable[[], float]:
    """What trains for STEPS steps without evaluating and says how many seconds they took."""
    return lambda: learner.train(STEPS, SEED, evaluates=False).seconds


def evaluated(learner: "Learner") -> Callable[[], float]:
    """What trains for EVALUATED_STEPS steps and says how many seconds they and the evaluations took."""
    return lambda: learner.train(EVALUATED_STEPS, SEED, evaluates=True).seconds


def playing(learner: "Learner") -> Callable[[], float]:
    """What plays RANDOM_STEPS random actions and says how many seconds that took."""
    return lambda: learner.play(RANDOM_STEPS)


@contextmanager
def one_core() -> Iterator[None]:
    """Stay on one core meanwhile, where the system lets a process choose (Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
