"""Whether PPO learns as much by us as by minigrid and Stable-Baselines3 as they are: two learning curves.

On DoorKey-5x5, which PPO solves within 100,000 steps. Both train with the settings of conf/training/guided_ppo.yaml;
the inputs differ (FlatObsWrapper's 2,835 there, those of env.network_wrapper here), and so do the episodes.
"""

from typing import TYPE_CHECKING, Any

from scripts.benchmarks.doorkey import one_core

if TYPE_CHECKING:
    from scripts.benchmarks.doorkey_training import Learner, Training

ENV, STEPS, POINTS = "doorkey_5x5", 100_000, 10


def measure(repeats: int) -> dict[str, Any]:
    """Prints the mean returns of sampled episodes at POINTS places, a column a seed (`repeats` of them).

    Returns the means over seeds at the last of them: `plain` and `ours`.
    """
    from scripts.benchmarks.doorkey_training import Ours, Plain, configured

    config = configured(ENV)
    learners: dict[str, Learner] = {"plain": Plain(config), "ours": Ours(config)}
    with one_core():
        trained = {name: trainings(learner, repeats) for name, learner in learners.items()}
    inputs = ", ".join(f"{name} {learner.inputs:,}" for name, learner in learners.items())
    print(f"{ENV}, {STEPS:,} steps of PPO, {repeats} seeds; inputs: {inputs}. Mean returns of 40 sampled episodes:")
    rows = list(zip(*(curves(each) for each in trained.values()), strict=True))
    for plain, ours in rows[len(rows) // POINTS - 1 :: len(rows) // POINTS]:
        print(f"{plain[0]:>8,}   plain {told(plain[1])}   ours {told(ours[1])}")
    return {name: mean(curves(each)[-1][1]) for name, each in trained.items()}


def trainings(learner: "Learner", repeats: int) -> "list[Training]":
    """A training a seed."""
    return [learner.train(STEPS, seed, evaluates=True) for seed in range(repeats)]


def curves(trained: "list[Training]") -> list[tuple[int, list[float]]]:
    """At each evaluation the steps, and the return of each training."""
    return [(points[0][0], [point[1] for point in points]) for points in zip(*(t.curve for t in trained), strict=True)]


def told(returns: list[float]) -> str:
    """Each of them and their mean."""
    return f"{' '.join(f'{one:.2f}' for one in returns)}  mean {mean(returns):.2f}"


def mean(numbers: list[float]) -> float:
    """Their mean."""
    return sum(numbers) / len(numbers)
