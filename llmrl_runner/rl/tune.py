"""Improving a policy's numbers between proposals with CMA-ES, on common random numbers."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.policies.base import Tunable
from llmrl_runner.rl.evaluation import Trial
from llmrl_runner.rl.rollout import EpisodeScores

T = TypeVar("T", bound=Tunable)

FEWEST_RETEST_EPISODES = 10
RETESTED = 3  # the start, the last mean of the search, and the best candidate of its last generation


@dataclass(frozen=True)
class Tuned(Generic[T]):
    """What a tuning came to.

    policy: the best of the re-test, `start` itself where nothing was better. has_improved: whether it is another one.
    start_mean, tuned_mean: mean returns of the start and of `policy` on the re-test's fresh seeds. generations,
    episodes and env_steps: what was spent, the re-test included.
    """

    policy: T
    has_improved: bool
    start_mean: float
    tuned_mean: float
    generations: int
    episodes: int
    env_steps: int


def tune_by_cma(
    start: T,
    trial: Trial,
    seeds: IntArray,
    *,
    episodes: int,
    population: int,
    episodes_each: int,
    sigma: float,
    rng_seed: int,
    scales: FloatArray | None = None,
    return_max: float | None = None,
) -> Tuned[T]:
    """CMA-ES (Hansen 2016, the package cmaes) from `start`, within `episodes` episodes in all.

    trial plays a policy on seeds; seeds: fresh search seeds, `episodes` of them always suffice. Each generation of
    `population` candidates plays the same `episodes_each` seeds, the next one others. sigma: the first step's size, in
    units of `scales` (p,), by default all 1. The search ends early once half of a generation reaches `return_max`, a
    bound that no episode exceeds. Its last mean and the best of its last generation then meet the start on fresh
    seeds. The same arguments give the same result. Raises ValueError where not even one generation can be paid.
    """
    retest = max(FEWEST_RETEST_EPISODES, episodes_each)
    generations = (episodes - RETESTED * retest) // (population * episodes_each)
    if generations < 1 or len(seeds) < generations * episodes_each + retest:
        least = least_episodes(population, episodes_each)
        raise ValueError(f"tuning needs at least {least} episodes and as many seeds, got {episodes} and {len(seeds)}")
    search = _Search(start, trial, population, sigma, rng_seed, np.ones(1) if scales is None else scales)
    for generation in range(generations):
        search.advance(seeds[generation * episodes_each :][:episodes_each])
        if return_max is not None and search.half_reaches >= return_max:
            break
    return search.retested(seeds[-retest:])


def least_episodes(population: int, episodes_each: int) -> int:
    """What one generation and the re-test cost."""
    return RETESTED * max(FEWEST_RETEST_EPISODES, episodes_each) + population * episodes_each


class _Search(Generic[T]):
    """One run of CMA-ES over the parameters of a policy, in units of `scales` away from the start."""

    def __init__(
        self, start: T, trial: Trial, population: int, sigma: float, rng_seed: int, scales: FloatArray
    ) -> None:
        from cmaes import CMA

        self.start, self.trial = start, trial
        self.origin, self.scales = start.parameters(), scales
        zeros = np.zeros_like(self.origin)
        self.cma: Any = CMA(mean=zeros, sigma=sigma, population_size=population, seed=rng_seed)
        self.generations = self.episodes = self.env_steps = 0
        self.half_reaches = -np.inf  # the return that half of the last generation reached
        self.best = start  # of the last generation

    def advance(self, seeds: IntArray) -> None:
        """One generation on these seeds."""
        points = [self.cma.ask() for _ in range(self.cma.population_size)]
        means = np.array([self._play(self._policy(point), seeds).returns.mean() for point in points])
        self.cma.tell([(point, -float(mean)) for point, mean in zip(points, means, strict=True)])
        self.best = self._policy(points[int(means.argmax())])
        self.half_reaches = float(np.median(means))
        self.generations += 1

    def retested(self, seeds: IntArray) -> Tuned[T]:
        """The start against what the search ended with, on seeds it hasn't seen; equal means keep the start."""
        contenders = [self.start, self._policy(self.cma.mean), self.best]
        means = [float(self._play(policy, seeds).returns.mean()) for policy in contenders]
        best = int(np.argmax(means))
        spent = (self.generations, self.episodes, self.env_steps)
        return Tuned(contenders[best], best > 0, means[0], means[best], *spent)

    def _policy(self, point: FloatArray) -> T:
        return self.start.with_parameters(self.origin + self.scales * point)

    def _play(self, policy: T, seeds: IntArray) -> EpisodeScores:
        scores = self.trial(policy, seeds)
        self.episodes += len(scores)
        self.env_steps += scores.env_steps
        return scores
