"""Playing episodes with what acts on an environment's own observations: a network, an expert that comes with it."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.batch import wants_fresh_environments
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.rl.rollout import EpisodeScores, successes
from llmrl_runner.rl.side_by_side import check_rewards

Build = Callable[[EnvConfig], Env]
SIDE_BY_SIDE = 32  # episodes: enough for a network's time a call to be shared


class Player(Protocol):
    """Plays several episodes at once, each in a slot."""

    def begin(self, slot: int, env: Env) -> None:
        """An episode has begun in `slot`, in `env`, which was just reset."""

    def act(self, slots: list[int], observations: list[Any]) -> list[Any]:
        """The actions in these slots, as the environment takes them."""
        ...

    def alone(self, env: Env) -> Callable[[Any], Any]:
        """What plays one episode in `env`, which was just reset."""
        ...


class ActorPlayer:
    """Plays with a function of its own an episode: `make` is called with the environment after each reset."""

    def __init__(self, make: Callable[[Env], Callable[[Any], Any]]) -> None:
        self._make = make
        self._actors: dict[int, Callable[[Any], Any]] = {}

    def begin(self, slot: int, env: Env) -> None:
        """See Player."""
        self._actors[slot] = self._make(env)

    def act(self, slots: list[int], observations: list[Any]) -> list[Any]:
        """See Player."""
        return [self._actors[slot](observation) for slot, observation in zip(slots, observations, strict=True)]

    def alone(self, env: Env) -> Callable[[Any], Any]:
        """See Player."""
        return self._make(env)


def play(
    config: EnvConfig, player: Player, seeds: IntArray, success: SuccessConfig, build: Build = make_env
) -> EpisodeScores:
    """Play one episode for each seed (n,), in environments that `build` makes; scores in the order of the seeds."""
    table = _Table(config, player, seeds, build)
    try:
        table.play()
    finally:
        table.close()
    return EpisodeScores(table.returns, table.lengths, successes(table.returns, table.last_rewards, success))


class _Table:
    """The slots, who plays in them, and the scores (n,) so far."""

    def __init__(self, config: EnvConfig, player: Player, seeds: IntArray, build: Build) -> None:
        self._config, self._player, self._seeds, self._build = config, player, seeds, build
        self._is_fresh = wants_fresh_environments(config)
        self._envs: dict[int, Env] = {}
        self._episodes: dict[int, int] = {}  # slot -> which episode it plays
        self._observations: dict[int, Any] = {}
        self._begun = 0
        self.returns, self.last_rewards = np.zeros(len(seeds)), np.zeros(len(seeds))
        self.lengths = np.zeros(len(seeds), dtype=np.int64)

    def play(self) -> None:
        """Until every episode is over; a slot whose episode ends takes the next seed."""
        for slot in range(min(SIDE_BY_SIDE, len(self._seeds))):
            self._begin(slot)
        while self._episodes:
            slots = list(self._episodes)
            actions = self._player.act(slots, [self._observations[slot] for slot in slots])
            for slot, action in zip(slots, actions, strict=True):
                self._step(slot, action)

    def close(self) -> None:
        """Close every environment."""
        for env in self._envs.values():
            env.close()

    def _begin(self, slot: int) -> None:
        if self._begun == len(self._seeds):
            del self._episodes[slot]
            return
        env = self._env(slot)
        self._observations[slot], _ = env.reset(seed=int(self._seeds[self._begun]))
        self._episodes[slot] = self._begun
        self._begun += 1
        self._player.begin(slot, env)

    def _env(self, slot: int) -> Env:
        if self._is_fresh and slot in self._envs:
            self._envs.pop(slot).close()
        if slot not in self._envs:
            self._envs[slot] = self._build(self._config)
        return self._envs[slot]

    def _step(self, slot: int, action: Any) -> None:
        episode = self._episodes[slot]
        self._observations[slot], reward, terminated, truncated, _ = self._envs[slot].step(action)
        self.returns[episode] += float(reward)
        self.lengths[episode] += 1
        if terminated or truncated:
            check_rewards(self.returns[[episode]], self._seeds[[episode]])
            self.last_rewards[episode] = float(reward)
            self._begin(slot)
