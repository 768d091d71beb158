"""LLMaE-PPO: an LLM demonstrates, a network is cloned from it, and PPO goes on from there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.random import Generator

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods import demos
from llmrl_runner.methods.base import IterationResult
from llmrl_runner.methods.llmae_checks import asks_a_model, check_llmae_ppo, env_elsewhere
from llmrl_runner.methods.llmae_figures import (
    demo_figures,
    stage_extras,
)
from llmrl_runner.methods.network_method import NetworkMethod
from llmrl_runner.methods.ppo import CHECKPOINT
from llmrl_runner.rl.checkpoints import load_users_model
from llmrl_runner.rl.cloning import Pairs, clone
from llmrl_runner.rl.demonstration_files import ARRAYS, read_demonstrations
from llmrl_runner.rl.guided_training import Guide, new_network
from llmrl_runner.runs.iteration import Iteration, cure_of

NOTHING_TO_CLONE = "no demonstrated step is kept, so there is nothing to clone: PPO begins with a new network"


class LLMaEPPO(NetworkMethod):
    """Demonstrations, behaviour cloning, PPO (after LLMaE-PPO, 2025). No model is asked while the network learns.

    What comes before PPO takes an iteration each; the others are PPO's, which goes on in each from the last one's
    network. The last network counts, whatever it scores.
    """

    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Demonstrate and clone, or train elsewhere, as `init` says; then train, and train on."""
        before = BEFORE_PPO[self.method.init]
        stage = before[iteration.index] if iteration.index < len(before) else LLMaEPPO.train_on
        return stage(self, iteration)

    # ----------------------------------------------------------------------------------------------- its stages

    def demonstrate(self, iteration: Iteration) -> IterationResult:
        """Stage 1: episodes of the LLM, or of a file; those to be cloned are kept."""
        gathered = demos.gather(self, iteration)
        if not gathered.figures["kept_chosen_steps"]:
            self.progress.note(NOTHING_TO_CLONE)
        metrics = {"stage": "demonstrations", "demos": demo_figures(self.config, gathered)}
        return IterationResult(None, is_best=False, metrics=metrics, feedback=gathered.page)

    def clone(self, iteration: Iteration) -> IterationResult:
        """Stage 2: the network that PPO is to train learns to do as was demonstrated."""
        pairs, seed = self.pairs, self.network_seed(iteration)
        if pairs is None:
            return IterationResult(None, is_best=False, metrics={"stage": "cloning", "verdict": NOTHING_TO_CLONE})
        model = new_network(
            self.side_by_side(self.config.env), self.settings, seed, self.config.device, pairs.observations
        )
        cloned = clone(model, pairs, self.method.cloning, seed, self.examiner.success)
        return self.given_clone(iteration, model, cloned)

    def train_elsewhere(self, iteration: Iteration) -> IterationResult:
        """Instead of both, with init=transfer: PPO on another environment, or somebody's checkpoint."""
        transfer = self.method.transfer
        if transfer.checkpoint is not None:
            key = "method.transfer.checkpoint"
            model = load_users_model(key, Path(transfer.checkpoint), self.config.device)
            return self.given(iteration, model, {"stage": "transfer", "trained_steps": model.num_timesteps})
        trained = self.train(iteration, None, transfer.total_timesteps, env_elsewhere(self.config))
        return self.given(iteration, trained.model, {"stage": "transfer", "trained_steps": trained.steps})

    def train_on(self, iteration: Iteration) -> IterationResult:
        """Stage 3: PPO goes on from the last network, and is kept from forgetting at once the one that it was given."""
        part = iteration.index - len(BEFORE_PPO[self.method.init]) + 1
        return self.train_part(iteration, part, parts_of(self.config), self.guide)

    # ------------------------------------------------------------------------------------------------ their parts

    @property
    def pairs(self) -> Pairs | None:
        """What was demonstrated and is to be cloned; None where that is nothing."""
        if self.method.init != "demos" or not self.history[0].metrics["demos"]["kept_chosen_steps"]:
            return None
        try:
            shown = read_demonstrations(self.history[0].path / ARRAYS, self.config.env)
        except ConfigError as error:
            raise ConfigError("", f"{error.problem}; {cure_of(self.history[0].path)}") from error
        chosen = shown.is_chosen
        return Pairs(shown.observations[chosen], shown.actions[chosen], shown.episodes[chosen])

    @property
    def guide(self) -> Guide | None:
        """The network that PPO was given, and the demonstrations that it is from."""
        before = self.history[: len(BEFORE_PPO[self.method.init])]
        if not before or not (before[-1].path / CHECKPOINT).exists():
            return None
        return Guide(before[-1].path / CHECKPOINT, self.pairs)

    # ------------------------------------------------------------------------------------------------ for the base

    def result_extras(self) -> dict[str, Any]:
        """See MethodRunner."""
        knowledge = {"knowledge": self.method.knowledge} if asks_a_model(self.config) else {}
        return {**super().result_extras(), **knowledge, **stage_extras(self.method.init, self.history)}

    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """See MethodRunner: any actions."""
        return demos.blind_answer(self.config, self.environment, purpose, rng)

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """See MethodRunner: settings that go together, and demonstrations or a checkpoint that fit."""
        check_llmae_ppo(config, environment, parts_of(config))

    @classmethod
    def files_read(cls, config: Config) -> list[str]:
        """See MethodRunner."""
        method = config.method
        named = {"demos": method.demos.path, "transfer": method.transfer.checkpoint}.get(method.init)
        return [] if named is None else [named]

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """See MethodRunner: in the one iteration that asks."""
        return demos.calls_an_iteration(config) if asks_a_model(config) else 0

    @classmethod
    def calls_a_run(cls, config: Config) -> int:
        """See MethodRunner: there is but one such iteration."""
        return cls.calls_an_iteration(config)


BEFORE_PPO: dict[str, list[Callable[[LLMaEPPO, Iteration], IterationResult]]] = {
    "demos": [LLMaEPPO.demonstrate, LLMaEPPO.clone],
    "transfer": [LLMaEPPO.train_elsewhere],
    "scratch": [],
}


def parts_of(config: Config) -> int:
    """How many iterations are PPO's."""
    return int(config.method.iterations) - len(BEFORE_PPO[config.method.init])
