"""A language model that acts in a loop of yours, as method=reflect has it act (after gym-llm's `Agent`, 2024).

with Agent("env=taxi", "llm=gemini") as agent:
    env = agent.make_env()
    observation, _ = env.reset(seed=0)
    action = agent.act(observation)
"""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from llmrl_runner.config.composing import composed
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.words import rehearse
from llmrl_runner.llm import AskingRun, LLMClient, Message, Request, Usage, make_client
from llmrl_runner.methods.acting import Acting, Move, blind_action
from llmrl_runner.methods.find import check_asks
from llmrl_runner.methods.prompts import prompts_of
from llmrl_runner.methods.reflect import Reflect, rules_of, told
from llmrl_runner.runs.seeds import generator

METHOD = "method=reflect"


class Agent:
    """An LLM that is told what is observed, thinks, and names an action.

    overrides: as on the command line, `env=taxi`, `llm=gemini`, `method.scaffold=plan`; the method is reflect. folder:
    where every answer is kept, and is not asked for again; a temporary one where there is none. Raises ConfigError for
    what the command would refuse.
    """

    def __init__(self, *overrides: str, folder: Path | str | None = None) -> None:
        self.config = _config_of(*overrides)
        self._stack = ExitStack()
        try:
            self._environment = self._stack.enter_context(Environment(self.config.env))
            Reflect.check(self.config, self._environment)
            check_asks(Reflect, self.config)
            rehearse(self.config.env, self._environment.words)
            self._rules = rules_of(self.config, self._environment, prompts_of(self.config), lessons=[])
            self._system = self._rules.prompts.render("system", **told(self.config, self._environment))
            self._llm = self._client(self._kept_in(folder))
            self._llm.check()
        except BaseException:
            self._stack.close()
            raise
        self._begin(0)

    def make_env(self, render_mode: str | None = None) -> Env:
        """The environment that the agent was told of, as Gymnasium makes it. The caller closes it."""
        shown = {} if render_mode is None else {"render_mode": render_mode}
        return make_env(replace(self.config.env, kwargs={**self.config.env.kwargs, **shown}))

    def reset(self) -> None:
        """A new episode: what was before is forgotten."""
        self._begin(self._episode + bool(self._acting.moves))

    def act(self, observation: Any, reward: float = 0.0) -> Any:
        """The action to take, as the environment takes it.

        observation: what the environment gives, as it is. reward: what the action before brought; prompts tell of it.
        The model is asked at each step, or at every `method.action_rate`-th; between, its action is held. Raises
        LLMError where no answer comes, BudgetReached at a limit, RecordingEnded where a recording has no more.
        """
        self._stage.see(observation, reward)
        if not self._stage.is_holding:
            [answer] = self._llm.ask(self._acting.request())
            self._acting.hear(answer)
        return self._stage.take()

    @property
    def last(self) -> Move:
        """The last answer: its words, what was read of them, and which action that was. IndexError before the first."""
        return self._acting.moves[-1]

    @property
    def usage(self) -> Usage:
        """Calls, tokens and dollars so far, of all episodes."""
        return self._llm.usage

    def close(self) -> None:
        """Stop asking; a temporary folder goes."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _begin(self, episode: int) -> None:
        self._episode, self._stage = episode, FedStage()
        seed = self.config.seed
        self._acting = Acting(self._rules, seed, self._request, generator(seed, 0, episode), given=self._stage)

    def _client(self, folder: Path) -> LLMClient:
        client = make_client(self.config.llm, AskingRun.of(self.config), folder)
        self._stack.callback(client.close)
        return client

    def _kept_in(self, folder: Path | str | None) -> Path:
        if folder is None:
            return Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="llmrl-agent-")))
        Path(folder).mkdir(parents=True, exist_ok=True)
        return Path(folder)

    def _request(self, prompt: str) -> Request:
        """As method=reflect asks in the episode of this number, so that its recordings answer here, too."""
        return Request(
            purpose="reflect/act",
            messages=[Message("system", self._system), Message("user", prompt)],
            iteration=0,
            blind=lambda rng: blind_action(self._environment.choices, rng),
            first_sample=self._episode,
        )


class FedStage:
    """An episode that somebody else steps: it is told each observation, and says which action is held.

    observation: the latest. steps: those taken so far. An episode ends when a new one begins.
    """

    terminated = truncated = is_cut_short = is_over = False

    def __init__(self) -> None:
        self.steps = 0
        self.observation: Any = None
        self._action: Any = None
        self._left = 0
        self._rewards: list[float] = []
        self._was_taken = False

    @property
    def is_holding(self) -> bool:
        """Whether the last action is to be taken again."""
        return self._left > 0

    def see(self, observation: Any, reward: float) -> None:
        """What the action that was taken came to, and what is observed now; the same may be seen again, where no answer
        came."""
        if self._was_taken:
            self.steps += 1
            self._rewards.append(float(reward))
        self._was_taken, self.observation = False, observation

    def hold(self, action: Any, times: int) -> list[float]:
        """Have `action` taken so many times. The list that is returned grows as rewards come."""
        self._action, self._left, self._rewards = action, times, []
        return self._rewards

    def take(self) -> Any:
        """The action that is to be taken now."""
        self._left -= 1
        self._was_taken = True
        return self._action

    def close(self) -> None:
        """Whoever steps the environment closes it."""


def _config_of(*overrides: str) -> Config:
    """What the command would run with these words."""
    if any(word.startswith("method=") and word != METHOD for word in overrides):
        raise ConfigError("method", "an Agent acts as method=reflect has it act")
    return composed(METHOD, *(word for word in overrides if word != METHOD))
