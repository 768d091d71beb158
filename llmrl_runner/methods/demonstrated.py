"""One episode that an LLM was asked to demonstrate, whichever way it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import BoolArray, IntArray
from llmrl_runner.envs.captions import Decision
from llmrl_runner.llm.request import Answer, known_sum
from llmrl_runner.rl.demonstrations import Demonstrations, EpisodeError, rebuild
from llmrl_runner.runs.seeds import Purpose, episode_seeds

SAME = 1e-6  # relative and absolute, of returns


@dataclass(frozen=True)
class Demonstrated:
    """What became of it.

    actions, is_chosen: one a step, of the attempt that counts; empty where no answer could be carried out. attempts:
    how often the whole episode was tried. invalid: the kind of each answer that could not be used. failure: why it is
    no success, as far as that is known. prompt, page: what was asked first, and all that happened, for people. lines:
    the same for programs. decisions: for a film.
    """

    seed: int
    actions: list[int]
    is_chosen: list[bool]
    episode_return: float
    answers: list[Answer]
    attempts: int
    invalid: list[str]
    failure: str
    prompt: str
    page: str
    lines: list[dict[str, object]]
    decisions: list[Decision]

    @property
    def tokens(self) -> int | None:
        """Of prompts and answers, None where a part is unknown."""
        return known_sum([self.prompt_tokens, self.completion_tokens])

    @property
    def prompt_tokens(self) -> int | None:
        """Of all its prompts."""
        return known_sum(answer.prompt_tokens for answer in self.answers)

    @property
    def completion_tokens(self) -> int | None:
        """Of all its answers."""
        return known_sum(answer.completion_tokens for answer in self.answers)


def demo_seeds(config: Config, count: int) -> IntArray:
    """Seeds (count,) of the episodes to demonstrate: the same whatever the run's own is, for a sweep to share them."""
    return episode_seeds(config.method.demos.seed, Purpose.SEARCH, count)


def as_demonstrations(config: EnvConfig, tried: Sequence[Demonstrated], model: str, how: str) -> Demonstrations:
    """Those of `tried` that have actions, as a network sees them.

    Raises ConfigError where an episode doesn't come to the same when it is played again.
    """
    played = [each for each in tried if each.actions]
    try:
        found = rebuild(
            config,
            [each.seed for each in played],
            [each.actions for each in played],
            [each.is_chosen for each in played],
        )
    except EpisodeError as error:
        raise _not_again(config, played[error.episode].seed, error.reason) from error
    for each, paid in zip(played, found.returns, strict=True):
        if not np.isclose(each.episode_return, paid, SAME, SAME):
            raise _not_again(config, each.seed, f"it returns {paid:g} instead of {each.episode_return:g}")
    return replace(
        found,
        model=model,
        how=how,
        attempted=len(tried),
        calls=np.array([len(each.answers) for each in played], dtype=np.int64),
        prompt_tokens=_column([each.prompt_tokens for each in played]),
        completion_tokens=_column([each.completion_tokens for each in played]),
    )


def reached(tried: Sequence[Demonstrated], found: Demonstrations) -> BoolArray | None:
    """Which of `tried` (n,) are successes, None where that is not defined; what has no actions is none."""
    if found.successes is None:
        return None
    flags = np.zeros(len(tried), dtype=bool)
    flags[[number for number, each in enumerate(tried) if each.actions]] = found.successes
    return flags


def _column(values: list[int | None]) -> IntArray | None:
    known = [value for value in values if value is not None]
    return np.array(known, dtype=np.int64) if len(known) == len(values) else None


def _not_again(config: EnvConfig, seed: int, reason: str) -> ConfigError:
    problem = f"{config.id}'s episode of seed {seed}, played again: {reason}; more than its seed decides it"
    return ConfigError("env.id", problem)
