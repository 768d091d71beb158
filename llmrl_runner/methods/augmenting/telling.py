"""What a run of `augmented` tells its networks: texts, advice, potentials, and the environments that hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.schema import Config
from llmrl_runner.encoders.axes import principal_axes
from llmrl_runner.encoders.make import make_encoder
from llmrl_runner.encoders.store import VectorStore
from llmrl_runner.encoders.table import TextTable
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch, make_network_batch
from llmrl_runner.envs.situations import Situations, make_situations
from llmrl_runner.rl.told_batch import INSTRUCTION, LINE, Book, Layout, Potential, ToldBatch, alike, scored
from llmrl_runner.rl.told_network import Reading, ToldNetwork

if TYPE_CHECKING:
    from llmrl_runner.rl.advised_ppo import Advising

TEXTS: dict[str, tuple[str, ...]] = {
    "none": (),
    "instruction": (INSTRUCTION,),
    "state": (LINE,),
    "both": (INSTRUCTION, LINE),
}
POTENTIALS: dict[str, Potential] = {"potential": scored, "similarity": alike}
LEAST_SPREAD = 1e-3  # what varies less in random play isn't blown up


@dataclass(frozen=True)
class Told:
    """What came up in k episodes of random actions: observations (n, ...), their lines, and the instructions.

    lengths: of the episodes, in steps (k,).
    """

    observations: AnyArray
    lines: list[str]
    instructions: list[str]
    lengths: IntArray


class Telling:
    """What the configuration's switches come to."""

    def __init__(self, config: Config) -> None:
        """Raises ConfigError where the environment has no lines and needs some, or an encoder can't be had."""
        self.config, self.method = config, config.method
        self.env = untold(config.env)
        self.texts = TEXTS[self.method.text]

    @cached_property
    def situations(self) -> Situations:
        """See Situations."""
        return make_situations(self.env, self.wants_lines)

    @cached_property
    def table(self) -> TextTable | None:
        """Of texts, with what was encoded before; None where nothing is to be encoded."""
        if not self.texts and self.method.reward != "similarity":
            return None
        encoder = make_encoder(self.method.encoder, self.method.encoding)
        return TextTable(encoder, VectorStore(Path(self.config.paths.vectors)))

    @property
    def wants_lines(self) -> bool:
        """Whether states are told in lines at all."""
        switches = (self.method.advice, self.method.reward, self.method.warm_start)
        return LINE in self.texts or any(switch != "none" for switch in switches)

    @property
    def reads_lines(self) -> bool:
        """Whether lines are to be encoded."""
        return LINE in self.texts or self.method.reward == "similarity"

    @property
    def wants_random_play(self) -> bool:
        """Whether anything is to be learned from it before the training."""
        return bool(self.texts) or self.wants_lines or self.config.training.normalize_observations

    def batch(self, book: Book, size: int) -> ToldBatch:
        """So many environments side by side, as the network sees them."""
        return ToldBatch(self.plain(size), self.situations, book, self.texts, self.steps)

    def paid_batch(self, book: Book, size: int) -> ToldBatch:
        """The same with potentials, for a learner that is paid by them."""
        potential = POTENTIALS.get(self.method.reward)
        return ToldBatch(self.plain(size), self.situations, book, self.texts, self.steps, potential)

    def misled_batch(self, book: Book, others: Mapping[str, str], size: int) -> ToldBatch:
        """The same as for the network, where each instruction is told as another."""
        return ToldBatch(self.plain(size), self.situations.telling(others), book, self.texts, self.steps)

    def plain(self, size: int) -> NetworkBatch:
        """The same without anything told."""
        return make_network_batch(self.env, size)

    def network(self, layout: Layout, told: Told | None) -> ToldNetwork:
        """What is trained on such observations, given what came up in random play, where any was wanted."""
        method = self.method
        reading = Reading(layout, method.combine, method.width, method.advice == "hint", method.memory == "gru")
        advising = partial(_advising, self.config) if layout.advice else None
        scale = scale_of(told.observations) if told and self.config.training.normalize_observations else None
        is_recurrent = method.memory == "lstm"
        return ToldNetwork(reading, self.table, scale, self.axes(told), advising, is_recurrent)

    def axes(self, told: Told | None) -> tuple[FloatArray, FloatArray] | None:
        """Along which the vectors of those texts differ that came up; None where none did."""
        if self.table is None or told is None or not self.texts:
            return None
        came_up = {INSTRUCTION: told.instructions, LINE: told.lines}
        rows = self.table.rows(list(dict.fromkeys(text for kind in self.texts for text in came_up[kind])))
        return principal_axes(self.table.vectors[rows])

    @property
    def steps(self) -> int:
        """How many an observation holds."""
        return int(self.method.memory_steps) if self.method.memory == "gru" else 1


def untold(env: EnvConfig) -> EnvConfig:
    """The environment with observations that the instruction is left out of, where its file says how."""
    if env.untold.network_wrapper is None:
        return env
    return replace(env, network_wrapper=env.untold.network_wrapper, network_batch=env.untold.network_batch)


def scale_of(observations: AnyArray) -> tuple[FloatArray, FloatArray]:
    """The mean and spread (d,) of observations (n, d)."""
    centre = observations.mean(axis=0, dtype=np.float64)
    spread = observations.std(axis=0, dtype=np.float64)
    return centre, np.where(spread < LEAST_SPREAD, 1.0, spread)


def _advising(config: Config, first: int, actions: int) -> "Advising":
    from llmrl_runner.rl.advised_ppo import Advising

    method, total = config.method, config.training.total_timesteps
    weights = {"guide": method.guide, "kl": method.kl}
    chosen = {name: settings for name, settings in weights.items() if name == method.advice}
    strengths = {name: settings.weight for name, settings in chosen.items()}
    ends = {f"{name}_steps": round(settings.until * total) for name, settings in chosen.items()}
    return Advising(first=first, actions=actions, **strengths, **ends)
