"""Trainings made of numbers, for what is told of them."""

from collections.abc import Sequence

import numpy as np

from llmrl_runner.methods.rewards.seen import PaidEpisodes, TrainingSeen
from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.network_evaluation import Evaluation
from llmrl_runner.rl.paid_record import PaidRecord
from llmrl_runner.rl.rewards import Paid
from llmrl_runner.rl.rollout import EpisodeScores

EPISODES = 10
STEPS = 100  # of a training, ten in each tenth


def evaluations(rates: Sequence[float], has_success: bool = True) -> Evaluations:
    """One evaluation for each rate of successful episodes; a success returns 1, a failure 0."""
    found = Evaluations()
    for number, rate in enumerate(rates, start=1):
        successes = np.arange(EPISODES) < rate * EPISODES
        scores = EpisodeScores(successes.astype(np.float64), np.full(EPISODES, 50), successes if has_success else None)
        found.add(number * STEPS // len(rates), Evaluation(np.arange(EPISODES), None, scores, None))
    return found


def seen(
    rates: Sequence[float] = (0.0, 1.0),
    has_success: bool = True,
    lengths: Sequence[int] = (50,) * EPISODES,
    **terms: float,
) -> TrainingSeen:
    """A training whose components rise, from 0 at first by what `terms` says a step to the end of each tenth.

    In the last evaluation's episodes each term paid its rise a step.
    """
    record = PaidRecord(STEPS)
    for tenth in range(10):
        parts = {name: np.linspace(0, rise * (tenth + 1), 10) for name, rise in terms.items()}
        record.add(Paid(np.sum(list(parts.values()), axis=0), parts))
    successes = np.arange(EPISODES) < rates[-1] * EPISODES
    steps = np.array(lengths)
    sums = {name: rise * steps.astype(np.float64) for name, rise in terms.items()}
    last = PaidEpisodes(
        np.sum(list(sums.values()), axis=0),
        sums,
        steps,
        successes.astype(np.float64),
        successes if has_success else None,
    )
    return TrainingSeen(record.tenths, evaluations(rates, has_success), last)
