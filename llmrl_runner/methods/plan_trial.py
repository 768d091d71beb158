"""Carrying out a plan, and what went wrong with it in words."""

import numpy as np

from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.stage import Stage
from llmrl_runner.methods.plan_answer import PlanAnswer
from llmrl_runner.rl.rollout import successes


class Trial:
    """A plan that is carried out, watched for the first action that changes nothing."""

    def __init__(self, stage: Stage, environment: Environment, said: PlanAnswer) -> None:
        self.stage, self.environment, self.said = stage, environment, said
        self.rewards: list[float] = []
        self.world, self.where = self._seen()
        self.where_before = self.where
        self.idle: str | None = None

    def play(self) -> None:
        """Until the plan or the episode ends."""
        for choice in self.said.choices:
            if self.stage.is_over:
                return
            before, self.where_before = self.world, self.where
            self.rewards += self.stage.hold(choice.native, 1)
            self.world, self.where = self._seen()
            is_meant = choice == self.environment.choices.noop
            if self.idle is None and self.world == before and not self.stage.terminated and not is_meant:
                self.idle = f"{self._action()} was the first that changed nothing: you were at {self.where}."

    @property
    def is_success(self) -> bool:
        """As the environment's file says; an episode that didn't come to its own end is none."""
        stage = self.stage
        total, last = np.array([sum(self.rewards)]), np.array(self.rewards[-1:])
        found = successes(total, last, self.environment.config.success)
        return found is not None and bool(found[0]) and stage.is_over and not stage.is_cut_short

    def events(self) -> list[str]:
        """What went wrong, in words."""
        events = [self.idle] if self.idle else []
        if self.stage.terminated:
            return [
                *events,
                f"{self._action()} ended the episode, without success. Before it you were at {self.where_before}.",
            ]
        if self.stage.truncated:
            return [*events, f"After {self.stage.steps} actions the episode was cut off: it may have no more."]
        return [*events, f"After all {self.stage.steps} actions you were at {self.where}."]

    def _action(self) -> str:
        """The one that was just taken."""
        number = self.stage.steps
        return f"Action {number} of {len(self.said.choices)} ({self.said.choices[number - 1].name})"

    def _seen(self) -> tuple[str, str]:
        words = self.environment.map_words
        return words.tell(self.stage.env), words.where(self.stage.env)
