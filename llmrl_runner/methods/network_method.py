"""What methods share whose result is a network: it trains with PPO, is evaluated on the way and tested at the end."""

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.methods.archive import EPOCHS, VISITS
from llmrl_runner.methods.base import EPISODES_AN_ITERATION, IterationResult, MethodRunner
from llmrl_runner.methods.cloning_figures import cloned_words, cloning_figures, epochs_of
from llmrl_runner.methods.evaluation_figures import curve_points, evaluation_figures
from llmrl_runner.methods.examiner import Examiner
from llmrl_runner.methods.performer import Performer
from llmrl_runner.methods.ppo import CHECKPOINT, training_figures
from llmrl_runner.rl.checkpoints import load_model
from llmrl_runner.rl.cloning import Cloned
from llmrl_runner.rl.evaluation import held_out_summary
from llmrl_runner.rl.evaluations import FILE_NAME, Evaluations
from llmrl_runner.rl.guided_training import Guide, train_guided
from llmrl_runner.rl.network_evaluation import Evaluation
from llmrl_runner.rl.rollout import EpisodeScores
from llmrl_runner.rl.training import MakeBatch, NetworkPlayer, Stretch, Trained
from llmrl_runner.rl.visit_picture import write_visits
from llmrl_runner.runs.iteration import Iteration, Record
from llmrl_runner.runs.seeds import Purpose, generator

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

    from llmrl_runner.rl.evaluate_every import Best, KeepBest


class NetworkMethod(MethodRunner):
    """A method whose iterations leave a checkpoint each, of which the last counts, whatever it scores."""

    # -------------------------------------------------------------------------------------------------- training

    def train(
        self,
        iteration: Iteration,
        start: Path | None,
        goal: int,
        env: EnvConfig,
        guide: Guide | None = None,
        callback: "KeepBest | None" = None,
    ) -> Trained:
        """Training in `env`, from a checkpoint or from what the guide gives, up to `goal` steps."""
        stretch = Stretch(
            start=start,
            goal=goal,
            episode_seeds=self.seeds(Purpose.SEARCH, min(goal, EPISODES_AN_ITERATION), iteration.index),
            network_seed=self.network_seed(iteration),
            device=self.config.device,
        )
        trained = self.learn(env, stretch, guide, callback)
        self.spend(trained.lengths)
        return trained

    def learn(self, env: EnvConfig, stretch: Stretch, guide: Guide | None, callback: "KeepBest | None") -> Trained:
        """PPO over a stretch."""
        return train_guided(self.side_by_side(env), self.settings, stretch, guide, callback)

    def train_part(self, iteration: Iteration, part: int, parts: int, guide: Guide | None = None) -> IterationResult:
        """Part `part` of `parts`, from 1 on, of all steps: from the last checkpoint, or a new network; evaluated."""
        start = self.history[-1].path / CHECKPOINT if part > 1 else None
        goal = self.settings.total_timesteps * part // parts
        evaluating = self.evaluating(iteration)
        trained = self.train(iteration, start, goal, self.config.env, guide, evaluating)
        figures = self.keep(iteration, trained.model, evaluating.evaluations)
        best = {"best_return_mean": evaluating.kept.return_mean, "best_steps": evaluating.kept.steps}
        metrics = {"stage": self.algorithm, **figures, **best, **training_figures(trained)}
        points = curve_points(evaluating.evaluations, self.env_steps - trained.steps, evaluating.learned)
        return IterationResult(None, is_best=True, metrics=metrics, points=points)

    @property
    def algorithm(self) -> str:
        """Who trains, as stages and results call it."""
        return "PPO"

    def given(self, iteration: Iteration, model: "BaseAlgorithm", metrics: dict[str, Any]) -> IterationResult:
        """A network that PPO is given: kept, and examined before PPO's first step."""
        evaluations = Evaluations([(0, self.examiner.examine(model, 0))])
        figures = self.keep(iteration, model, evaluations)
        best = {"best_return_mean": figures["sampled_return_mean"], "best_steps": 0}
        metrics = {"trained_steps": 0, **metrics, **figures, **best}
        return IterationResult(None, is_best=True, metrics=metrics, points=curve_points(evaluations, self.env_steps))

    def given_clone(self, iteration: Iteration, model: "BaseAlgorithm", cloned: Cloned) -> IterationResult:
        """A network that was cloned, with the course of its cloning."""
        words = cloned_words(cloned)
        self.progress.note(words)
        iteration.write_json(EPOCHS, epochs_of(cloned))
        return self.given(iteration, model, {"stage": "cloning", "cloning": cloning_figures(cloned), "verdict": words})

    def keep(self, iteration: Iteration, model: "BaseAlgorithm", evaluations: Evaluations) -> dict[str, Any]:
        """Checkpoint, evaluations, where agents stood, and a GIF of one of their episodes; the last one's figures."""
        model.save(iteration.path / CHECKPOINT)
        evaluations.save(iteration.path / FILE_NAME)
        _, last = evaluations.entries[-1]
        if last.visits is not None:
            write_visits(last.visits, iteration.path / VISITS)
        self.film(iteration, model, int(last.seeds[0]))
        return evaluation_figures(last)

    def film(self, iteration: Iteration, model: "BaseAlgorithm", seed: int) -> None:
        """A GIF of the network's episode from `seed`."""
        performer = self.performer_of(model)
        self.archive.keep_episode(iteration, performer.actor(seed), seed, performer.build)

    def performer(self, record: Record) -> Performer:
        """See MethodRunner: the network of this iteration."""
        if not (record.path / CHECKPOINT).exists():
            raise ConfigError("", f"{record.path}: this iteration has no network")
        return self.performer_of(self.load(record.path / CHECKPOINT), f"iteration {record.index}'s network")

    def performer_of(self, model: "BaseAlgorithm", what: str = "the network") -> Performer:
        """A network, with its most likely actions."""
        alone = NetworkPlayer(model).alone
        return Performer(what, partial(self.greedy_scores, model), lambda seed: alone, make_network_env)

    def greedy_scores(self, model: "BaseAlgorithm", seeds: IntArray) -> EpisodeScores:
        """Of the most likely actions in episodes from `seeds` (n,)."""
        return self.examiner.test(model, seeds).greedy

    def evaluating(self, iteration: Iteration) -> "KeepBest":
        """Evaluations on the way, which go on from those of the iterations before."""
        from llmrl_runner.rl.evaluate_every import KeepBest

        every, total = self.settings.evaluate_every, self.settings.total_timesteps

        def examine(model: "BaseAlgorithm", number: int) -> Evaluation:
            self.progress.part(min(number * every, total), total, "steps of PPO")
            return self.examiner.examine(model, number)

        best = best_before(self.history)
        return KeepBest(examine, every, iteration.path, best, has_start=best is None)

    def network_seed(self, iteration: Iteration) -> int:
        """What decides the random numbers of an iteration's network."""
        return int(generator(self.config.seed, iteration.index).integers(2**31))

    @cached_property
    def examiner(self) -> Examiner:
        """Where networks are examined."""
        return Examiner(self.config, self.progress.note)

    def load(self, checkpoint: Path) -> "BaseAlgorithm":
        """A network of this run's, to act with."""
        return load_model(checkpoint, self.config.device)

    def side_by_side(self, env: EnvConfig) -> MakeBatch:
        """What makes so many environments of a kind."""
        return partial(self.examiner.batch, env)

    @property
    def settings(self) -> GuidedPPOTrainingConfig:
        """conf/training/guided_ppo.yaml, as the run has it."""
        settings: GuidedPPOTrainingConfig = self.config.training
        return settings

    # ------------------------------------------------------------------------------------------------ for the base

    @cached_property
    def tested(self) -> Evaluation | None:
        """The last network on episodes that no choice saw; None where there is none."""
        if self.best_record() is None:
            return None
        self.progress.note(f"testing on {self.config.env.evaluation.held_out_episodes} held-out episodes")
        model = self.load(self.history[-1].path / CHECKPOINT)
        return self.examiner.test(model, self.held_out_seeds)

    def held_out(self) -> dict[str, Any]:
        """See MethodRunner: with the network's most likely actions."""
        if self.tested is None:
            return held_out_summary(None, self.held_out_seeds)
        return self.tested_on(self.held_out_seeds, self.tested.greedy)

    def result_extras(self) -> dict[str, Any]:
        """See MethodRunner: the same test with drawn actions."""
        sampled = held_out_summary(self.tested.sampled if self.tested else None, self.held_out_seeds)
        return {"held_out_sampled": sampled}

    @property
    def incumbent(self) -> None:
        """See MethodRunner: a network, of which no exact return is computed."""
        return

    @classmethod
    def make_ready(cls, environment: Environment) -> None:
        """See MethodRunner: what a network is to be trained in, before anything is asked for it."""
        make_network_batch(environment.config, 1).close()


def best_before(history: list[Record]) -> "Best | None":
    """The network that did best in the iterations so far, None where there was none."""
    from llmrl_runner.rl.evaluate_every import BEST_CHECKPOINT, Best

    if not history or not history[-1].is_best:
        return None
    last = history[-1]
    kept = last.path / BEST_CHECKPOINT
    return Best(
        checkpoint=kept if kept.exists() else last.path / CHECKPOINT,
        return_mean=last.metrics["best_return_mean"],
        steps=last.metrics["best_steps"],
    )
