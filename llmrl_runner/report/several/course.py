"""The course of a run: its score after each step that was looked at, and what it had spent until then."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from llmrl_runner.report.evaluations import FILE, SUCCESS, Evaluations, read_evaluations
from llmrl_runner.report.reading import IterationRecord, RunRecord
from llmrl_runner.runs.lookup import JsonObject, number

Spent: TypeAlias = Mapping[str, float | None]  # by the names in SPENDING; None is unknown
ENV_STEPS, CALLS, TOKENS, COST, SECONDS = SPENDING = ("env_steps", "calls", "tokens", "cost_usd", "wall_seconds")
NOTHING_YET: Spent = dict.fromkeys(SPENDING, 0.0)


@dataclass(frozen=True)
class Point:
    """A score, and what the run had spent when it was reached; None is unknown.

    episode_return, success: of selection episodes, or of an evaluation during training.
    """

    episode_return: float | None
    success: float | None
    spent: Spent


@dataclass(frozen=True)
class Course:
    """The points in order. is_trained: they are evaluations of one network as it was trained; else the best so far, or
    where a model acts itself, each round. left_out: a line for each file that could not be read."""

    points: Sequence[Point] = ()
    is_trained: bool = False
    last: Spent = field(default_factory=dict)
    left_out: Sequence[str] = ()

    @property
    def best_return(self) -> float | None:
        """The last point's return of a search or a training."""
        known = [point.episode_return for point in self.points if point.episode_return is not None]
        return known[-1] if known else None

    def spent(self, what: str) -> float | None:
        """What the run has spent so far."""
        return self.last.get(what)

    def first_at(self, threshold: float, measure: str) -> Point | None:
        """The first point whose score is at least `threshold`; None if none is."""
        return next(
            (p for p in self.points if (score := score_at(p, measure)) is not None and score >= threshold), None
        )


def score_at(point: Point, measure: str) -> float | None:
    """The point's success or return."""
    return point.success if measure == SUCCESS else point.episode_return


def course_of(record: RunRecord) -> Course:
    """How the run went. A training is looked at by its evaluations, with sampled actions where they were played."""
    damages: list[str] = []
    spendings = list(_spendings(record.iterations))
    last = {what: known[-1] for what in SPENDING if (known := [each[what] for each in spendings])}
    evaluations = None if record.is_about_rewards else _evaluations(record, damages)
    if evaluations is None:
        return Course(list(_of_iterations(record, spendings)), False, last, damages)
    return Course(list(_of_training(record, spendings, evaluations)), True, last, damages)


def _evaluations(record: RunRecord, damages: list[str]) -> Evaluations | None:
    return read_evaluations([iteration.folder for iteration in record.iterations], damages)


def _spendings(iterations: Sequence[IterationRecord]) -> Iterator[Spent]:
    """What the run had spent after each iteration. Seconds are told an iteration each, all else in sum."""
    seconds: float | None = 0.0
    for iteration in iterations:
        own, metrics = number(iteration.metrics, SECONDS), iteration.metrics
        seconds = None if seconds is None or own is None else seconds + own
        yield {
            ENV_STEPS: number(metrics, ENV_STEPS),
            CALLS: number(metrics, CALLS),
            TOKENS: _tokens(metrics),
            COST: number(metrics, COST),
            SECONDS: seconds,
        }


def _tokens(metrics: JsonObject) -> float | None:
    sent, received = number(metrics, "prompt_tokens"), number(metrics, "completion_tokens")
    return None if sent is None or received is None else sent + received


def _of_iterations(record: RunRecord, spendings: Sequence[Spent]) -> Iterator[Point]:
    """A point an iteration: of a search the best one's score so far, none before there is one."""
    best: tuple[float | None, float | None] | None = None
    for iteration, spent in zip(record.iterations, spendings, strict=True):
        own = number(iteration.metrics, "return_mean"), number(iteration.metrics, "success_rate")
        if own[0] is not None and (iteration.is_best or not record.has_search):
            best = own
        if best is not None:
            yield Point(*best, spent)


def _of_training(record: RunRecord, spendings: Sequence[Spent], evaluations: Evaluations) -> Iterator[Point]:
    """A point an evaluation. Steps and seconds of an iteration are spread evenly over its training; what was asked of
    a model in it counts in full from its first evaluation on."""
    mode, before, begun, k = evaluations.leading, NOTHING_YET, 0.0, 0
    means, successes = evaluations.means(mode), evaluations.successes.get(mode)
    for iteration, after in zip(record.iterations, spendings, strict=True):
        until = number(iteration.metrics, "trained_steps") if _is_examined(iteration) else None
        while until is not None and k < len(means) and evaluations.steps[k] <= until:
            share = _share(float(evaluations.steps[k]), begun, until)
            success = None if successes is None else float(np.mean(successes[k]))
            yield Point(float(means[k]), success, _between(before, after, share))
            k += 1
        begun, before = begun if until is None else until, after


def _is_examined(iteration: IterationRecord) -> bool:
    """Whether it trained in this environment and was looked at as it did."""
    return not iteration.is_elsewhere and os.path.isfile(iteration.folder / FILE)  # noqa: PTH113 (it never raises)


def _share(steps: float, begun: float, until: float) -> float:
    return 1.0 if until <= begun else min(1.0, max(0.0, (steps - begun) / (until - begun)))


def _between(before: Spent, after: Spent, share: float) -> Spent:
    spent = dict(after)
    for what in (ENV_STEPS, SECONDS):
        low, high = before[what], after[what]
        spent[what] = None if low is None or high is None else low + share * (high - low)
    return spent
