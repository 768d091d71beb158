"""An LLM acts step by step, and says why."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random import Generator

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.words import rehearse
from llmrl_runner.methods.acting import Acting, Rules, blind_action, check_fallback
from llmrl_runner.methods.base import IterationResult, MethodRunner
from llmrl_runner.methods.environment_text import acting_text
from llmrl_runner.methods.episode_files import write_episodes
from llmrl_runner.methods.episode_pages import episode_page, film_episodes, round_page
from llmrl_runner.methods.episode_totals import NO_ANSWERS, Totals, answer_counts, figures, joined, totals_of
from llmrl_runner.methods.lessons import LESSONS, lessons_before, write_lessons
from llmrl_runner.methods.pace import Pace, pace_of
from llmrl_runner.methods.prompts import Prompts, prompts_of
from llmrl_runner.methods.rounds import PLAYER, episodes_before, player_of, rounds_of_the_end, rounds_of_the_player
from llmrl_runner.methods.scaffolds import check_scaffold, scaffold_file
from llmrl_runner.methods.side_by_side import play_side_by_side
from llmrl_runner.rl.evaluation import held_out_summary
from llmrl_runner.runs.iteration import Iteration, Record
from llmrl_runner.runs.seeds import Purpose, episode_seeds, generator

THOUGHTS = ("reflection", "plan", "reasoning")


class Reflect(MethodRunner):
    """An LLM plays episodes, an answer an action: a reflection on what it sees, then what to do (after gym-llm, 2024).

    An iteration is a round of episodes played side by side. With `memory=lessons` the LLM writes down a lesson after
    each episode, and further rounds are played with them (Reflexion, Shinn et al. 2023). No episode is chosen by its
    score, so those that were played with the final memory are the held-out test.
    """

    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Learn from the last round if asked to, play this one, and keep every step of it."""
        lessons = self.learn(iteration)
        episodes = self.play(iteration, lessons)
        totals = totals_of(episodes, self.config.env.success, self.asks_for_thought, self.method.thought_words)
        self.keep(iteration, episodes, totals)
        metrics = {**figures(totals), PLAYER: player_of(self, self.pace)}
        return IterationResult(None, is_best=True, metrics=metrics, feedback=round_page(totals))

    def learn(self, iteration: Iteration) -> list[str]:
        """The lessons that this round is played with: those of the rounds before, and new ones about the last."""
        if self.method.memory == "lessons" and self.method.iterations == 1:
            self.progress.note("memory=lessons: a single round has none yet; method.iterations=2 or more plays on")
        if self.method.memory == "none" or not self.history:
            return []
        before = lessons_before(self.history[-1])
        lessons = [*before, *write_lessons(self, before, iteration)][-self.method.lessons_kept :]
        iteration.write_json(LESSONS, lessons)
        return lessons

    def play(self, iteration: Iteration, lessons: list[str]) -> list[Acting]:
        """A round of episodes, side by side."""
        rules = self.rules(lessons)
        seeds = episode_seeds(self.config.seed, Purpose.HELD_OUT, self.pace.episodes, episodes_before(self.history))
        episodes = [self.begin(rules, number, int(seed), iteration) for number, seed in enumerate(seeds)]
        play_side_by_side(self, episodes)
        return episodes

    def begin(self, rules: Rules, number: int, seed: int, iteration: Iteration) -> Acting:
        """Episode `number` of the round; seeds count up through the run."""
        return Acting(
            rules,
            seed,
            ask=lambda prompt: self.request("act", prompt, iteration, sample=number),
            rng=generator(self.config.seed, iteration.index, number),
        )

    def keep(self, iteration: Iteration, episodes: Sequence[Acting], totals: Totals) -> None:
        """Every step of every episode, a page of the first, and films."""
        first = episodes[0]
        write_episodes(iteration, episodes, totals)
        iteration.write_text("prompt.md", "\n\n".join([self.system_prompt("system"), first.first_prompt]))
        iteration.write_text("response.md", episode_page(0, first))
        if self.config.display.gif and (problem := film_episodes(self.config, iteration, episodes[: self.method.gifs])):
            self.progress.note(f"no GIF: {problem}")

    def held_out(self) -> dict[str, Any]:
        """See MethodRunner: the rounds that were played with the memory of the last."""
        if not self.history:
            return held_out_summary(None, np.empty(0, dtype=np.int64))
        totals = joined(rounds_of_the_end(self.history))
        return self.tested_on(totals.seeds, totals.scores)

    def performer(self, record: Record) -> None:
        """See MethodRunner: the model acted itself, and would have to be asked again."""
        return

    # ------------------------------------------------------------------------------------------------- its parts

    def rules(self, lessons: list[str]) -> Rules:
        """How this round's episodes are played."""
        return rules_of(self.config, self.environment, self.prompts, lessons)

    def system_prompt(self, name: str) -> str:
        """See MethodRunner: the environment in words, and how to answer; the same for all steps."""
        if name not in self._system_prompts:
            self._system_prompts[name] = self.prompts.render(name, **self.told)
        return self._system_prompts[name]

    @cached_property
    def _system_prompts(self) -> dict[str, str]:
        return {}

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the system prompt and its scaffold can speak of."""
        return told(self.config, self.environment)

    @property
    def incumbent(self) -> None:
        """See MethodRunner: the LLM acts itself, so that there is no policy to keep."""
        return

    @cached_property
    def pace(self) -> Pace:
        """How many episodes, how long, and how often the LLM is asked in them."""
        return pace_of(self.config)

    @cached_property
    def asks_for_thought(self) -> bool:
        """Whether the scaffold asks for more than an action."""
        scaffold = self.prompts.render(scaffold_file(self.method.scaffold), **self.told)
        return any(f'"{name}"' in scaffold for name in THOUGHTS)

    # --------------------------------------------------------------------------------------------- for the base

    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """See MethodRunner: any action, or no lesson."""
        if purpose == "lesson":
            return "No lesson."
        return blind_action(self.environment.choices, rng)

    def result_extras(self) -> dict[str, Any]:
        """See MethodRunner."""
        env, method = self.config.env, self.method
        counts = answer_counts(joined(rounds_of_the_player(self.history))) if self.history else NO_ANSWERS
        return {
            "scaffold": method.scaffold,
            "memory": method.memory,
            "knowledge": method.knowledge if env.dynamics or env.hints else "rollouts_only",
            "action_rate": self.pace.action_rate,
            "max_steps": self.pace.max_steps,
            "cut_short_episodes": joined(rounds_of_the_end(self.history)).cut_short if self.history else None,
            **counts,
        }

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """See MethodRunner: words, actions, a scaffold that exists, and a fallback that can be taken."""
        method, prompts = config.method, prompts_of(config)
        check_scaffold(prompts, method.scaffold)
        prompts.render("system", **told(config, environment))
        if method.memory == "lessons" and not method.thought_words:
            raise ConfigError("method.thought_words", "must be at least 1 with memory=lessons, or no lesson has a word")
        check_fallback(method.fallback, environment)

    @classmethod
    def make_ready(cls, environment: Environment) -> None:
        """See MethodRunner: each episode makes its own environment; here one is begun and told."""
        rehearse(environment.config, environment.words)

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """See MethodRunner: an answer an action, in episodes that all last as long as they may; and lessons."""
        pace, lessons = pace_of(config), 1 if config.method.memory == "lessons" else 0
        return pace.episodes * (pace.actions + lessons)


def told(config: Config, environment: Environment) -> dict[str, Any]:
    """What the system prompt and its scaffold can speak of."""
    return acting_text(config, environment, pace_of(config), config.method)


def rules_of(config: Config, environment: Environment, prompts: Prompts, lessons: list[str]) -> Rules:
    """How episodes are played by these settings."""
    method, pace = config.method, pace_of(config)
    return Rules(
        environment=environment,
        prompts=prompts,
        max_steps=pace.max_steps,
        action_rate=pace.action_rate,
        history=method.history,
        thought_words=method.thought_words,
        fallback=method.fallback,
        lessons=lessons,
    )
