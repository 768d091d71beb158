"""What a run's result is about, ready to play episodes: for the held-out test, for GIFs, and for whoever looks on."""

from collections.abc import Callable
from dataclasses import dataclass

from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.frames import Build, MakeActor
from llmrl_runner.rl.rollout import EpisodeScores


@dataclass(frozen=True)
class Performer:
    """A policy, a network or an expert.

    what: it in words, such as `iteration 2's policy`. score: plays an episode for each seed (n,), as the held-out
    test does. actor: what plays the one episode from a seed that is drawn, in an environment as `build` makes it.
    """

    what: str
    score: Callable[[IntArray], EpisodeScores]
    actor: Callable[[int], MakeActor]
    build: Build = make_env
