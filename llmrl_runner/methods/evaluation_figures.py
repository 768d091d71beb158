"""What metrics.json says of a network's evaluations."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmrl_runner.rl.evaluation import success_figures
from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.intervals import mean_interval
from llmrl_runner.rl.network_evaluation import Evaluation

SCORES = ("sampled_success_rate", "greedy_success_rate", "sampled_return_mean", "greedy_return_mean")


def evaluation_figures(evaluation: Evaluation) -> dict[str, Any]:
    """Both ways of acting, None of what was not played.

    The score of an iteration is that of the network's most likely actions.
    """
    greedy, sampled = evaluation.greedy, evaluation.sampled
    return {
        "return_mean": float(greedy.returns.mean()),
        "return_ci95": mean_interval(greedy.returns),
        **success_figures(greedy),
        "selection_episodes": len(greedy),
        "greedy_return_mean": float(greedy.returns.mean()),
        "greedy_success_rate": success_figures(greedy)["success_rate"],
        "sampled_return_mean": None if sampled is None else float(sampled.returns.mean()),
        "sampled_success_rate": None if sampled is None else success_figures(sampled)["success_rate"],
    }


def curve_points(
    evaluations: Evaluations, before: int, learned: Sequence[tuple[int, Mapping[str, float]]] = ()
) -> list[tuple[int, dict[str, float]]]:
    """Every evaluation's mean returns, and success rates where success is defined, each after so many steps of the run.

    before: the run's steps without those of PPO: demonstrations, or a training elsewhere. learned: what the last update
    before each evaluation said of itself, told beside it.
    """
    figures = [(before + steps, evaluation_figures(evaluation)) for steps, evaluation in evaluations.entries]
    points = [(steps, {name: each[name] for name in SCORES if each[name] is not None}) for steps, each in figures]
    for (_, told), (_, said) in zip(points, learned, strict=False):  # none of a network that wasn't trained here
        told.update({f"learning/{name}": value for name, value in said.items()})
    return points
