"""An episode that an LLM plans as a whole: it is told the world, names all actions, and is told where they failed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from llmrl_runner.answers.errors import ActionError
from llmrl_runner.envs.choices import Choice
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.stage import Stage
from llmrl_runner.llm import Answer, CallsEnded, Message, RecordingEnded, Request
from llmrl_runner.methods.plan_answer import PlanAnswer, read_plan
from llmrl_runner.methods.plan_trial import Trial
from llmrl_runner.methods.prompts import Prompts

PURPOSE, REPAIR = "plan", "plan/repair"
UNUSABLE = "(My answer could not be used.)"  # stands for it in the conversation: the bad text itself would confuse


@dataclass(frozen=True)
class PlanRules:
    """How episodes are planned: the system prompt, the most steps of an episode, and how often a plan is repaired."""

    environment: Environment
    prompts: Prompts
    system: str
    max_steps: int
    repairs: int


@dataclass(frozen=True)
class Attempt:
    """One answer, and what came of carrying it out from the start of the episode.

    said: what was read of it, None where it could not be used, and then `problem` (of that `kind`) says why. choices:
    the actions that were taken, fewer than planned where the episode ended before. events: what went wrong when it was
    carried out, in words; empty for a success. world: the whole state at its end.
    """

    answer: Answer
    said: PlanAnswer | None = None
    choices: tuple[Choice, ...] = ()
    rewards: tuple[float, ...] = ()
    terminated: bool = False
    truncated: bool = False
    is_success: bool = False
    events: tuple[str, ...] = ()
    world: str = ""
    problem: str = ""
    kind: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether the answer was a plan that could be carried out."""
        return self.said is not None

    @property
    def episode_return(self) -> float:
        """The sum of the rewards, in the order of the steps."""
        return sum(self.rewards)

    @property
    def failure(self) -> str:
        """Why it is no success, in a line; empty for a success."""
        return self.problem or " ".join(self.events)


@dataclass
class Planning:
    """An episode that is being planned, as a conversation (see llm/conversations.py).

    ask: makes a request of a purpose and its messages. newly_played: the steps of what was carried out after the last
    answer, one number an attempt.
    """

    rules: PlanRules
    seed: int
    ask: Callable[[str, list[Message]], Request]
    attempts: list[Attempt] = field(default_factory=list)
    newly_played: list[int] = field(default_factory=list)
    has_ended: bool = False

    @property
    def is_over(self) -> bool:
        """Whether a plan has succeeded, or there is no repair left."""
        return self.has_ended or len(self.attempts) > self.rules.repairs or any(a.is_success for a in self.attempts)

    @cached_property
    def first_prompt(self) -> str:
        """The world at the start."""
        stage = self._stage()
        try:
            return self.rules.prompts.render("plan", world=self.rules.environment.map_words.tell(stage.env))
        finally:
            stage.close()

    def request(self) -> Request:
        """For a plan, or for a better one after those that failed."""
        messages = [Message("system", self.rules.system), Message("user", self.first_prompt)]
        for attempt in self.attempts:
            messages += [Message("assistant", _own_words(attempt)), Message("user", self._repair(attempt))]
        return self.ask(REPAIR if self.attempts else PURPOSE, messages)

    def hear(self, outcome: Answer | CallsEnded) -> None:
        """Carry out the plan. Raises a CallsEnded; where a recording ends before a repair, the last plan counts."""
        self.newly_played = []
        if isinstance(outcome, CallsEnded):
            if isinstance(outcome, RecordingEnded) and self.attempts:
                self.has_ended = True
                return
            raise outcome
        try:
            said = read_plan(outcome.text, self.rules.environment.choices, self.rules.max_steps)
        except ActionError as error:
            self.attempts.append(Attempt(outcome, problem=str(error), kind=error.kind))
            return
        self.attempts.append(self._carried_out(outcome, said))
        self.newly_played = [len(self.attempts[-1].choices)]

    def close(self) -> None:
        """Nothing is open between two answers."""

    @property
    def last(self) -> Attempt:
        """The attempt that counts."""
        return self.attempts[-1]

    def _repair(self, attempt: Attempt) -> str:
        told = {"problem": attempt.problem, "events": attempt.events, "world": attempt.world}
        return self.rules.prompts.render("plan_repair", **told)

    def _stage(self) -> Stage:
        return Stage(self.rules.environment.config, self.seed, self.rules.max_steps)

    def _carried_out(self, answer: Answer, said: PlanAnswer) -> Attempt:
        trial = Trial(self._stage(), self.rules.environment, said)
        try:
            trial.play()
            stage = trial.stage
            is_success = trial.is_success
            return Attempt(
                answer=answer,
                said=said,
                choices=said.choices[: stage.steps],
                rewards=tuple(trial.rewards),
                terminated=stage.terminated,
                truncated=stage.truncated,
                is_success=is_success,
                events=() if is_success else tuple(trial.events()),
                world=trial.world,
            )
        finally:
            trial.stage.close()


def _own_words(attempt: Attempt) -> str:
    """A plan as its model sees it again: every action by its name. What could not be used isn't shown again."""
    if attempt.said is None:
        return UNUSABLE
    names = [choice.name for choice in attempt.said.choices]
    return json.dumps({"plan": attempt.said.plan, "actions": names}, ensure_ascii=False)
