"""What a language model is set against: methods that ask none and play the environment's own observations."""

from abc import abstractmethod
from functools import partial
from typing import Any

from numpy.random import Generator

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.performer import Performer
from llmrl_runner.rl.evaluation import success_figures
from llmrl_runner.rl.intervals import mean_interval
from llmrl_runner.rl.play import Player, play
from llmrl_runner.rl.rollout import EpisodeScores
from llmrl_runner.runs.iteration import Iteration, Record
from llmrl_runner.runs.seeds import Purpose


class Baseline(MethodRunner):
    """A method without a model. It writes `run_iteration` and `player`, and where it wraps environments, `build`."""

    @abstractmethod
    def player(self) -> Player:
        """What plays after the iterations that are complete."""

    def build(self, env: Any, render: bool = False) -> Env:
        """An environment as the player takes it."""
        return make_env(env, render)

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """Raise ConfigError where a model was chosen: it would not be asked."""
        if config.llm.backend != "none":
            name = config.method.name
            raise ConfigError(
                "llm", f"method={name} asks no model, so leave out llm={config.llm.name}, or say llm=none"
            )

    @classmethod
    def make_ready(cls, environment: Environment) -> None:
        """Nothing: environments are made when they are played in."""

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """None."""
        return 0

    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """Never asked for."""
        raise NotImplementedError(f"{self.method.name} asks no model")

    @property
    def incumbent(self) -> None:
        """No table and no weights that an exact return could be computed from."""
        return None

    def performer(self, record: Record) -> Performer:
        """See MethodRunner: what plays after the last iteration."""
        player = self.player()
        return Performer(
            f"{self.method.name} as of iteration {record.index}",
            partial(self.play, player),
            lambda seed: player.alone,
            self.build,
        )

    def play(self, player: Player, seeds: IntArray) -> EpisodeScores:
        """The scores of `player` on episodes from `seeds` (n,)."""
        return play(self.config.env, player, seeds, self.config.env.success, self.build)

    def selection_figures(self, player: Player, iteration: Iteration) -> dict[str, Any]:
        """How `player` does on a few episodes, for the learning curve.

        They count in no budget, since nothing is learned from them and nothing chosen.
        """
        count = self.config.env.evaluation.selection_episodes[-1]
        scores = self.play(player, self.seeds(Purpose.SELECTION, count, iteration.index))
        return {
            "return_mean": float(scores.returns.mean()),
            "return_ci95": mean_interval(scores.returns),
            **success_figures(scores),
            "selection_episodes": len(scores),
        }
