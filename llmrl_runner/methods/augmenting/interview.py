"""Who is asked about lines, each of them once: a model, or one of the controls that it is held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random import Generator

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm import LLMClient, Message, Request
from llmrl_runner.methods.augmenting.asking import ask_for_advice, ask_for_scores, blind_advice, blind_score
from llmrl_runner.methods.augmenting.figures import answered
from llmrl_runner.methods.augmenting.lines import ADVICE, SCORES, Line, Lines
from llmrl_runner.methods.augmenting.meeting import expert_advice
from llmrl_runner.methods.augmenting.settings_check import questions_of, wants_advice
from llmrl_runner.methods.augmenting.telling import Telling
from llmrl_runner.methods.environment_text import environment_text
from llmrl_runner.methods.pace import paced
from llmrl_runner.methods.prompts import Prompts

Figures = dict[str, Any]


@dataclass
class Interview:
    """Asks what `method.advice_source` and `method.reward` want to know. note: hears what takes its time.

    played: how many steps each episode took that the expert was watched in (k,).
    """

    config: Config
    environment: Environment
    telling: Telling
    client: LLMClient
    prompts: Prompts
    note: Callable[[str], None]

    def __post_init__(self) -> None:
        self.method: Any = self.config.method
        self.played: IntArray = np.zeros(0, dtype=np.int64)

    def ask(self, lines: Lines) -> Figures:
        """Advice and scores for the lines that come up most and that nothing was asked about; what came of it."""
        figures: Figures = {}
        if wants_advice(self.config):
            figures[ADVICE] = SOURCES[self.method.advice_source](self, lines)
        if "score" in questions_of(self.config):
            figures[SCORES] = self._ask_a_model(lines, SCORES)
        return figures

    # ------------------------------------------------------------------------------------------------- who advises

    def ask_for_advice(self, lines: Lines) -> Figures:
        """A model; without one, what the table says is all there is."""
        return {} if self.config.llm.backend == "none" else self._ask_a_model(lines, ADVICE)

    def draw_advice(self, lines: Lines) -> Figures:
        """The control that knows nothing: one action a line."""
        for line in lines.most_met(self.method.asking.lines):
            rng = np.random.default_rng([self.config.seed, *line.encode()])
            lines.of[line].advice = {lines.actions[int(rng.integers(len(lines.actions)))]: 1}
        return {}

    def watch_expert(self, lines: Lines) -> Figures:
        """The control that knows everything: what the environment's expert does there, once for all lines."""
        if not any(entry.advice for entry in lines.of.values()):
            seen, self.played = expert_advice(self.telling, self.environment.choices)
            for line, entry in seen.of.items():
                lines.of.setdefault(line, Line()).advice = entry.advice
        return {}

    # ------------------------------------------------------------------------------------------------- the questions

    def _ask_a_model(self, lines: Lines, what: str) -> Figures:
        asking = self.method.asking
        new = lines.to_ask(what, asking.lines)
        if new:
            self.note(f"asking for {what} on {_count(len(new), 'line')}, {_count(asking.samples, 'answer')} each")
        outcomes = QUESTIONS[what](self, lines, new)
        figures = answered(outcomes)
        if figures["answered"]:
            lines.by = lines.by or self.client.model
        if lost := figures["asked"] - figures["answered"]:
            self.note(f"{_count(lost, 'question')} had no answer: the budget is spent, or the recording holds none")
        return figures

    def advise(self, lines: Lines, new: Sequence[str]) -> Sequence[Any]:
        """What to do there."""
        samples, choices = self.method.asking.samples, self.environment.choices
        return ask_for_advice(self.client, lines, new, samples, choices, self.about, self.mend)

    def score(self, lines: Lines, new: Sequence[str]) -> Sequence[Any]:
        """How near the end is there."""
        return ask_for_scores(self.client, lines, new, self.method.asking.samples, self.about, self.mend)

    def about(self, purpose: str, line: str, sample: int) -> Request:
        """A question about one line. When the line came up is no part of it: it is asked once."""
        words = self.prompts.render(purpose, line=line, reason_words=self.method.asking.reason_words)
        return Request(
            purpose=f"{self.method.name}/{purpose}",
            messages=[Message("system", self.system), Message("user", words)],
            iteration=0,
            blind=lambda rng: blind_answer(self.environment, purpose, rng),
            first_sample=sample,
            takes_exact_words_alone=True,
        )

    @cached_property
    def system(self) -> str:
        """The environment in words, and what a line tells."""
        told = environment_text(self.config, self.environment, paced(self.config.env, None, None, None))
        return self.prompts.render("system", **told, legend=self.telling.situations.legend)

    def mend(self, problem: str) -> str:
        """What asks for a better answer."""
        return self.prompts.render("repair", problem=problem)


def blind_answer(environment: Environment, purpose: str, rng: Generator) -> str:
    """What `llm=random` says: any action, any score."""
    return blind_score(rng) if purpose == "score" else blind_advice(environment.choices, rng)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


QUESTIONS: dict[str, Callable[[Interview, Lines, Sequence[str]], Sequence[Any]]] = {
    ADVICE: Interview.advise,
    SCORES: Interview.score,
}
SOURCES: dict[str, Callable[[Interview, Lines], Figures]] = {
    "llm": Interview.ask_for_advice,
    "shuffled": Interview.ask_for_advice,
    "wrong": Interview.ask_for_advice,
    "random": Interview.draw_advice,
    "oracle": Interview.watch_expert,
}
