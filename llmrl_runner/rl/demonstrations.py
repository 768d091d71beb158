"""Demonstrations: episodes that somebody else played, as a network would have seen them."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray
from llmrl_runner.envs.batch import wants_fresh_environments
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.rl.rollout import successes
from llmrl_runner.rl.side_by_side import check_rewards


@dataclass(frozen=True)
class Demonstrations:
    """e episodes of t steps together, in the order in which they were played.

    observations (t, ...): what a network sees before each step. actions, rewards (t,). episodes (t,): which of the e
    episodes a step belongs to. is_chosen (t,): whether the demonstrator chose the action, and not what stands in for
    an answer that names none. seeds, returns, lengths (e,); successes (e,), None where success is not defined.
    model, how: who demonstrated, and in which way. attempted: how many episodes were tried for these. calls,
    prompt_tokens, completion_tokens (e,): what each took; None for what is not known.
    """

    observations: AnyArray
    actions: IntArray
    rewards: FloatArray
    episodes: IntArray
    is_chosen: BoolArray
    seeds: IntArray
    returns: FloatArray
    lengths: IntArray
    successes: BoolArray | None
    env_id: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    model: str = ""
    how: str = ""
    attempted: int | None = None
    calls: IntArray | None = None
    prompt_tokens: IntArray | None = None
    completion_tokens: IntArray | None = None

    def __len__(self) -> int:
        """How many episodes there are."""
        return len(self.seeds)

    def take(self, is_wanted: BoolArray) -> "Demonstrations":
        """The episodes that are wanted (e,), numbered anew."""
        steps = is_wanted[self.episodes]
        numbers = np.cumsum(is_wanted) - 1
        columns = ("seeds", "returns", "lengths", "successes", "calls", "prompt_tokens", "completion_tokens")
        kept = {name: getattr(self, name)[is_wanted] for name in columns if getattr(self, name) is not None}
        return replace(
            self,
            observations=self.observations[steps],
            actions=self.actions[steps],
            rewards=self.rewards[steps],
            episodes=numbers[self.episodes[steps]],
            is_chosen=self.is_chosen[steps],
            **kept,
        )

    def of_episodes(self, column: AnyArray) -> list[AnyArray]:
        """A column of steps (t, ...) in one piece an episode."""
        return np.split(column, np.cumsum(self.lengths)[:-1]) if len(self) else []


class EpisodeError(ValueError):
    """An episode that can't be played again as it is said to have been; `episode` is its number, from 0."""

    def __init__(self, episode: int, reason: str) -> None:
        super().__init__(f"episode {episode}: {reason}")
        self.episode, self.reason = episode, reason


def check_actions(config: EnvConfig, space: spaces.Space[Any]) -> None:
    """Raise ConfigError where actions aren't one of a few: only such are demonstrated and cloned here."""
    if not isinstance(space, spaces.Discrete):
        problem = f"{config.id}'s actions ({type(space).__name__}) can't be demonstrated; one of a few (Discrete) can"
        raise ConfigError("env.id", problem)


def rebuild(
    config: EnvConfig,
    seeds: Sequence[int],
    actions: Sequence[Sequence[int]],
    is_chosen: Sequence[Sequence[bool]] | None = None,
) -> Demonstrations:
    """Play every episode again, from its seed with its actions, as a network would see it.

    An episode need not be played to its end, but is no success then. Raises EpisodeError for one without actions, an
    action that doesn't exist, or one after the episode's end; ConfigError as `make_network_env` and `check_actions` do.
    """
    with closing(_Stand(config)) as stand:
        check_actions(config, stand.env.action_space)
        pairs = enumerate(zip(seeds, actions, strict=True))
        played = [stand.play(number, seed, taken) for number, (seed, taken) in pairs]
        shape, dtype = stand.env.observation_space.shape or (), stand.env.observation_space.dtype
    lengths = np.array([len(each.rewards) for each in played], dtype=np.int64)
    returns = np.array([sum(each.rewards) for each in played], dtype=np.float64)
    last_rewards = np.array([each.rewards[-1] for each in played], dtype=np.float64)
    reached = successes(returns, last_rewards, config.success)
    has_ended = np.array([each.has_ended for each in played], dtype=bool)
    chosen = [np.ones(length, dtype=bool) for length in lengths] if is_chosen is None else is_chosen
    return Demonstrations(
        observations=np.array([seen for each in played for seen in each.observations], dtype).reshape(-1, *shape),
        actions=np.array([action for taken in actions for action in taken], dtype=np.int64),
        rewards=np.array([paid for each in played for paid in each.rewards], dtype=np.float64),
        episodes=np.repeat(np.arange(len(played)), lengths),
        is_chosen=np.array([each for steps in chosen for each in steps], dtype=bool),
        seeds=np.array(seeds, dtype=np.int64),
        returns=returns,
        lengths=lengths,
        successes=None if reached is None else reached & has_ended,
        env_id=config.id,
        kwargs=dict(config.kwargs),
    )


@dataclass(frozen=True)
class _Played:
    """What an episode showed before each step, what each step paid, and whether it came to its end."""

    observations: list[Any]
    rewards: list[float]
    has_ended: bool


class _Stand:
    """Where episodes are played again, one after the other."""

    def __init__(self, config: EnvConfig) -> None:
        self._config, self._is_fresh = config, wants_fresh_environments(config)
        self.env: Env = make_network_env(config)

    def play(self, number: int, seed: int, actions: Sequence[int]) -> _Played:
        """An episode. Raises EpisodeError."""
        if not len(actions):
            raise EpisodeError(number, "it has no actions")
        if self._is_fresh and number:
            self.env.close()
            self.env = make_network_env(self._config)
        observation, _ = self.env.reset(seed=int(seed))
        seen, rewards, is_over = [], [], False
        for step, action in enumerate(actions):
            self._check(number, step, action, is_over, len(actions))
            seen.append(observation)
            observation, reward, terminated, truncated, _ = self.env.step(int(action))
            rewards.append(float(reward))
            is_over = bool(terminated or truncated)
        check_rewards(np.array(rewards), np.full(len(rewards), seed))
        return _Played(seen, rewards, is_over)

    def close(self) -> None:
        """Close the environment."""
        self.env.close()

    def _check(self, number: int, step: int, action: int, is_over: bool, length: int) -> None:
        space: Any = self.env.action_space
        if is_over:
            raise EpisodeError(number, f"played again, it ends after {step} steps, and it has {length} actions")
        if not 0 <= action < space.n:
            problem = f"action {action} of step {step} doesn't exist in {self._config.id}: they are 0 to {space.n - 1}"
            raise EpisodeError(number, problem)
