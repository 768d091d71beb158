"""What is trained where a network is told more than the state: its texts, its advice, its environments."""

from contextlib import closing
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.training_schema import OffPolicyTrainingConfig
from llmrl_runner.files.whole import read_json
from llmrl_runner.methods.augmenting.figures import trained_by
from llmrl_runner.methods.augmenting.lines import FILE_NAME, Lines
from llmrl_runner.methods.augmenting.meeting import met_potentials, random_play
from llmrl_runner.methods.augmenting.settings_check import wants_advice
from llmrl_runner.methods.augmenting.telling import Telling, Told
from llmrl_runner.methods.examiner import Examiner
from llmrl_runner.methods.network_method import NetworkMethod
from llmrl_runner.methods.performer import Performer
from llmrl_runner.rl.advice import Advice
from llmrl_runner.rl.buffers import FILE_NAME as STORED
from llmrl_runner.rl.buffers import Buffer, Pool
from llmrl_runner.rl.checkpoints import loaded, torch_device
from llmrl_runner.rl.guided_training import Guide, train_guided
from llmrl_runner.rl.networks import Network
from llmrl_runner.rl.off_policy import stored_steps, train_off_policy
from llmrl_runner.rl.recurrent_training import train_recurrent
from llmrl_runner.rl.told_batch import Book, ToldBatch
from llmrl_runner.rl.told_network import give_texts
from llmrl_runner.rl.told_player import told_actor
from llmrl_runner.rl.training import MakeBatch, Stretch, Trained
from llmrl_runner.runs.iteration import INSTRUCTION, Iteration

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.vec_env import VecEnv

    from llmrl_runner.rl.evaluate_every import KeepBest
    from llmrl_runner.rl.shaping import ShapedVecEnv

TEXTS = "texts.npz"  # texts and their vectors
SHAPING = "shaping.json"  # what potentials were seen so far
ONE = np.zeros(1, dtype=np.int64)  # the slot of a batch of one


class ToldNetworkMethod(NetworkMethod):
    """A NetworkMethod whose networks read texts and advice, in environments that may pay on potentials.

    writing: the folder of the iteration under way. shaped, trained_in: the environments of the last training.
    """

    writing: Path
    shaped: "ShapedVecEnv | None" = None
    trained_in: ToldBatch | None = None

    # -------------------------------------------------------------------------------------------- what is known

    @cached_property
    def book(self) -> Book:
        """What is known of each line, as the environments look it up."""
        return Book(self.telling.table, self.advice, self.lines.potentials(), self.telling.reads_lines)

    @property
    def advice(self) -> Advice | None:
        """What the network is told, held to, or cloned from; None where there is none to be had."""
        if not wants_advice(self.config):
            return None
        given = self.lines.advice()
        controls = {"shuffled": lambda: given.shuffled(self.config.seed), "wrong": given.wrong}
        return controls.get(self.method.advice_source, lambda: given)()

    @cached_property
    def lines(self) -> Lines:
        """As the last iteration left them, or as a file has them, or none yet."""
        env, names = self.config.env.name, [choice.name for choice in self.environment.choices.listed]
        if self.history:
            return Lines.load(self.history[-1].path / FILE_NAME, env, names, "")
        return (
            Lines(env, names)
            if self.method.table is None
            else Lines.load(Path(self.method.table), env, names, "method.table")
        )

    @cached_property
    def told(self) -> Told | None:
        """Random play, before anything is learned; None where nothing is to be learned from it."""
        return random_play(self.telling) if self.telling.wants_random_play else None

    @cached_property
    def telling(self) -> Telling:
        """What the switches come to; texts keep the rows that the last iteration left them in."""
        telling = Telling(self.config)
        if telling.table is not None and self.history and (kept := self.history[-1].path / TEXTS).exists():
            telling.table.read(kept)
        return telling

    def keep_told(self, iteration: Iteration) -> None:
        """What is known of lines, texts and potentials, to go on with and to act by."""
        self.lines.save(iteration.path / FILE_NAME)
        if self.telling.table is not None:
            self.telling.table.save(iteration.path / TEXTS)
        if self.shaped is not None:
            iteration.write_json(SHAPING, self.shaped.state)

    def forget_book(self) -> None:
        """What it holds of lines is out of date."""
        self.__dict__.pop("book", None)

    # ------------------------------------------------------------------------------------------ what is trained

    @property
    def algorithm(self) -> str:
        """See NetworkMethod."""
        return trained_by(self.config)

    def learn(self, env: EnvConfig, stretch: Stretch, guide: Guide | None, callback: "KeepBest | None") -> Trained:
        """See NetworkMethod: with PPO; or with what learns from stored steps, which a stretch goes on with."""
        make, settings, shape = self.side_by_side(env), self.unscaled, (self.network, self.dress)
        if self.method.memory == "lstm":
            return train_recurrent(make, settings, stretch, self.method.width, callback, *shape)
        if not isinstance(settings, OffPolicyTrainingConfig):
            return train_guided(make, settings, stretch, guide, callback, *shape)
        pool = None if stretch.start is None else Pool(Buffer.load(stretch.start.parent / STORED))
        trained = train_off_policy(make, settings, stretch, pool, None, callback, None, *shape)
        stored_steps(trained.model).save(self.writing / STORED)
        return trained

    @property
    def unscaled(self) -> Any:
        """The training's settings; what scales the state is the network, since texts and advice aren't to be scaled."""
        return replace(self.config.training, normalize_observations=False)

    @cached_property
    def network(self) -> Network:
        """What is trained, the same in all parts; what scales its inputs is what random play showed of them."""
        with closing(self.telling.batch(self.book, 1)) as batch:
            return self.telling.network(batch.layout, self.told)

    def side_by_side(self, env: EnvConfig) -> MakeBatch:
        """See NetworkMethod: environments that tell, and pay on potentials."""
        return self.paid_batch

    def paid_batch(self, size: int) -> ToldBatch:
        """So many environments side by side to train in; the last ones that were made tell how advice was heeded."""
        self.trained_in = self.telling.paid_batch(self.book, size)
        return self.trained_in

    @property
    def examiner(self) -> Examiner:
        """See NetworkMethod: environments that tell."""
        return Examiner(self.config, self.progress.note, partial(self.telling.batch, self.book))

    def dress(self, envs: "VecEnv") -> "VecEnv":
        """See NetworkMethod: with a reward on potentials, where one is asked for."""
        if self.method.reward == "none":
            return envs
        from llmrl_runner.rl.shaping import ShapedVecEnv

        shaped = ShapedVecEnv(envs, self.settings.gamma, self.method.reward_weight)
        if self.history and (kept := self.history[-1].path / SHAPING).exists():
            shaped.state = read_json(kept)
        else:
            shaped.see(met_potentials(self.telling, self.book))
        self.shaped = shaped
        return shaped

    def load(self, checkpoint: Path) -> "BaseAlgorithm":
        """See NetworkMethod."""
        kind = self.network.kind(self.config.training)
        model = loaded(kind, checkpoint, device=torch_device(self.config.device))
        give_texts(model, self.telling.table)
        return model

    def performer_of(self, model: "BaseAlgorithm", what: str = "the network") -> Performer:
        """See NetworkMethod: what tells the network plays beside what is drawn."""
        telling = partial(self.telling.batch, self.book, 1)
        return Performer(what, partial(self.greedy_scores, model), partial(told_actor, telling, model))

    def film(self, iteration: Iteration, model: "BaseAlgorithm", seed: int) -> None:
        """See NetworkMethod."""
        super().film(iteration, model, seed)
        with closing(self.telling.plain(1)) as batch:
            batch.reset(ONE, np.array([seed]))
            [instruction] = self.telling.situations.instructions(batch, ONE)
        if instruction != self.config.env.goal:
            iteration.write_text(INSTRUCTION, instruction + "\n")
