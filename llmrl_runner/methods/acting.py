"""One episode that an LLM plays: it is told what is observed, names an action, and that is done."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from numpy.random import Generator

from llmrl_runner.answers.errors import ActionError
from llmrl_runner.answers.shortening import shortened
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.choices import ActionChoices, Choice
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.observe import number_text
from llmrl_runner.envs.stage import Stage, Steps
from llmrl_runner.llm import Answer, CallsEnded, Request
from llmrl_runner.methods.prompts import Prompts
from llmrl_runner.methods.step_answer import StepAnswer, read_step_answer

REWARD_DIGITS = 4
FALLBACK_WORDS = {
    "noop": "the action that does nothing is taken",
    "repeat": "your last action is repeated",
    "random": "a random action is taken",
}


@dataclass(frozen=True)
class Rules:
    """How an episode is played: what is the same in all episodes of a round.

    action_rate: steps that an action is held. history: how many of the last moves a prompt shows. thought_words: to
    how many words it cuts a thought. fallback: what is done without a usable answer.
    """

    environment: Environment
    prompts: Prompts
    max_steps: int
    action_rate: int
    history: int
    thought_words: int
    fallback: str
    lessons: list[str]


@dataclass(frozen=True)
class Move:
    """One answer and what it brought.

    step: the environment's, from 0. observation, in_brief: what was told, and the same in a line. said: what was read
    of the answer, None where it could not be used, and then `problem` (of that `kind`) says why. rewards: one a step.
    """

    step: int
    observation: str
    in_brief: str
    answer: Answer
    said: StepAnswer | None
    choice: Choice
    rewards: list[float]
    terminated: bool
    truncated: bool
    problem: str = ""
    kind: str = ""

    @property
    def reward(self) -> float:
        """The sum of its rewards."""
        return sum(self.rewards)

    @property
    def is_valid(self) -> bool:
        """Whether the answer named the action that was taken."""
        return self.said is not None

    @property
    def thought(self) -> str:
        """What the LLM said beside the action."""
        return self.said.thought if self.said else ""


@dataclass
class Acting:
    """An episode under way, as a conversation (see llm/conversations.py): `request`, `hear`, and again.

    ask: makes a request of a prompt. rng: draws the random actions that stand in for unusable answers. given: where it
    is played; a stage of its own where there is none.
    """

    rules: Rules
    seed: int
    ask: Callable[[str], Request]
    rng: Generator
    moves: list[Move] = field(default_factory=list)
    plan: str = ""
    first_prompt: str = ""
    given: Steps | None = None

    @cached_property
    def stage(self) -> Steps:
        """The episode, begun when it is first asked about."""
        return self.given or Stage(self.rules.environment.config, self.seed, self.rules.max_steps)

    @property
    def is_over(self) -> bool:
        """Whether the episode has ended."""
        return self.stage.is_over

    @property
    def newly_played(self) -> list[int]:
        """See Episode: an episode counts when it is over."""
        return [self.stage.steps] if self.is_over else []

    @property
    def episode_return(self) -> float:
        """The sum of the rewards so far, in the order of the steps."""
        return sum(reward for move in self.moves for reward in move.rewards)

    def request(self) -> Request:
        """What to do now?"""
        prompt = self.prompt()
        self.first_prompt = self.first_prompt or prompt
        return self.ask(prompt)

    def prompt(self) -> str:
        """The observation, and the window of the last moves: as long in the thousandth step as in the tenth."""
        rules = self.rules
        past = self.moves[-rules.history :] if rules.history else []
        return rules.prompts.render(
            "step",
            lessons=rules.lessons,
            plan=shortened(self.plan, rules.thought_words),
            past=[self._told(move) for move in past],
            left_out=len(self.moves) - len(past),
            step=self.stage.steps + 1,
            max_steps=rules.max_steps,
            episode_return=number_text(self.episode_return, REWARD_DIGITS),
            observation=rules.environment.words.tell(self.stage.observation),
        )

    def hear(self, outcome: Answer | CallsEnded) -> None:
        """Do what the answer says, or the fallback where it says nothing usable. Raises a CallsEnded."""
        if isinstance(outcome, CallsEnded):
            raise outcome
        try:
            said = read_step_answer(outcome.text, self.rules.environment.choices)
        except ActionError as error:
            self._move(outcome, None, self._fallback(), str(error), error.kind)
            return
        self.plan = said.plan or self.plan
        self._move(outcome, said, said.choice)

    def close(self) -> None:
        """Close the environment, where the episode was begun and broken off."""
        if "stage" in self.__dict__ and not self.is_over:
            self.stage.close()

    def _move(self, answer: Answer, said: StepAnswer | None, choice: Choice, problem: str = "", kind: str = "") -> None:
        stage, words = self.stage, self.rules.environment.words
        before = (stage.steps, words.tell(stage.observation), words.in_brief(stage.observation))
        rewards = stage.hold(choice.native, self.rules.action_rate)
        self.moves.append(
            Move(*before, answer, said, choice, rewards, stage.terminated, stage.truncated, problem, kind)
        )
        if stage.is_over:
            stage.close()

    def _fallback(self) -> Choice:
        """The configured action; there is no last one to repeat in the first step, so that a random one is taken."""
        choices = self.rules.environment.choices
        if self.rules.fallback == "noop" and choices.noop:
            return choices.noop
        if self.rules.fallback == "repeat" and self.moves:
            return self.moves[-1].choice
        return choices.listed[int(self.rng.integers(len(choices)))]

    def _told(self, move: Move) -> dict[str, Any]:
        """A move as later prompts show it. Of an unusable answer its fault, never its text, which would confuse."""
        done = f"{move.choice.key} ({move.choice.name})"
        action = f"Action: {done}" if move.is_valid else f"Your answer could not be used ({move.kind}). Instead: {done}"
        return {
            "step": move.step + 1,
            "in_brief": move.in_brief,
            "reflection": shortened(move.said.reflection if move.said else "", self.rules.thought_words),
            "outcome": f"{action}. Reward: {number_text(move.reward, REWARD_DIGITS)}",
        }


def blind_action(choices: ActionChoices, rng: Generator) -> str:
    """A well-formed answer that knows nothing: any action."""
    choice = choices.listed[int(rng.integers(len(choices)))]
    return json.dumps({"reflection": "Drawn blindly.", "action": choice.key})


def check_fallback(fallback: str, environment: Environment, group: str = "method") -> None:
    """Raise ConfigError where the fallback can't be taken; `group` holds its key."""
    if fallback == "noop" and environment.choices.noop is None:
        problem = f"noop needs env.noop, and {environment.config.name} has none; choose repeat or random"
        raise ConfigError(f"{group}.fallback", problem)
