"""Tuning what an LLM wrote: the numbers of a linear policy, improved by CMA-ES between proposals."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.random import Generator

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.method_schema import CMAConfig
from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.rl.evaluation import Trial
from llmrl_runner.rl.rollout import Episode
from llmrl_runner.rl.summary import field_scales
from llmrl_runner.rl.tune import Tuned, least_episodes, tune_by_cma


def tune_linear(
    policy: LinearPolicy,
    cma: CMAConfig,
    trial: Trial,
    seeds: IntArray,
    *,
    episodes: list[Episode],
    rng: Generator,
    return_max: float | None,
) -> Tuned[LinearPolicy]:
    """`policy` tuned as `method.cma` says: see tune_by_cma. `episodes` of it tell how far each number may step."""
    return tune_by_cma(
        policy,
        trial,
        seeds,
        episodes=cma.episodes,
        population=cma.population,
        episodes_each=cma.episodes_each,
        sigma=cma.sigma,
        rng_seed=int(rng.integers(2**31)),
        scales=parameter_scales(policy, episodes),
        return_max=return_max,
    )


def parameter_scales(policy: LinearPolicy, episodes: list[Episode]) -> FloatArray:
    """The step of each weight and bias (p,) that moves a score by the usual size of one of its terms."""
    fields = field_scales(episodes)
    terms = np.concatenate([(policy.weights * fields).reshape(-1), policy.bias])
    usual = float(np.sqrt(np.mean(np.square(terms)))) or 1.0
    return usual * np.concatenate([np.tile(1.0 / fields, len(policy.bias)), np.ones(len(policy.bias))])


def tuning_figures(tuned: Tuned[LinearPolicy]) -> dict[str, Any]:
    """What tuning.json says."""
    return {key: value for key, value in asdict(tuned).items() if key != "policy"}


def check_tuning(method: Any) -> None:
    """Raise ConfigError where CMA-ES has nothing to tune, or too few episodes for one generation."""
    if method.policy != "linear":
        problem = "cma tunes the numbers of a linear policy, so it needs method.policy=linear"
        raise ConfigError("method.tune", problem)
    least = least_episodes(method.cma.population, method.cma.episodes_each)
    if method.cma.episodes < least:
        raise ConfigError("method.cma.episodes", f"must be at least {least} for one generation and its re-test")
