"""Runs whose one iteration asks for demonstrations, of a model that is a function: no network is trained."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from rich.console import Console

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm import LLMClient
from llmrl_runner.llm.backends.base import Backend
from llmrl_runner.llm.request import Question, Reply
from llmrl_runner.methods.base import IterationResult, MethodRunner
from llmrl_runner.methods.demos import Gathered, blind_answer, check_demos, gather
from llmrl_runner.rl.evaluation import held_out_summary
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.iteration import Iteration
from llmrl_runner.runs.progress import Progress
from tests.llm.conftest import ScriptedBackend
from tests.methods.composed import config_of

# What the other environment, which nothing here looks at, is left without where it stands in the method's own file.
OTHER = ("method.transfer.env.acting.max_steps=1000", "method.transfer.env.acting.action_rate=1")
LAKE = ("env=frozen_lake", "env.map_words=tests.methods.demonstrating.LakeMap")


class Demonstrating(MethodRunner):
    """Gathers, and does no more."""

    gathered: Gathered

    def run_iteration(self, iteration: Iteration) -> IterationResult:
        self.gathered = gather(self, iteration)
        return IterationResult(None, is_best=True, metrics=self.gathered.figures, feedback=self.gathered.page)

    def blind_answer(self, purpose: str, rng: Generator) -> str:
        return blind_answer(self.config, self.environment, purpose, rng)

    @property
    def incumbent(self) -> None:
        return None

    def held_out(self) -> dict[str, Any]:
        return held_out_summary(None, np.empty(0, dtype=np.int64))


class LakeMap:
    """FrozenLake's state in a word: quicker than a grid's."""

    schema = "The number of your cell."

    def __init__(self, config: Any, env: Any) -> None: ...

    def tell(self, env: Any) -> str:
        return f"CELL {env.unwrapped.s}"

    def where(self, env: Any) -> str:
        return f"cell {env.unwrapped.s}"


@dataclass(frozen=True)
class Asked:
    """What came of it, and what the model was asked."""

    folder: Path
    gathered: Gathered
    asked: list[Question]

    @property
    def iteration(self) -> Path:
        return self.folder / "iteration_000"

    def lines(self, episode: int = 0) -> list[dict[str, Any]]:
        text = (self.iteration / "episodes" / f"{episode:03d}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.split("\n") if line]


def demos_config(*overrides: str) -> Config:
    return config_of("method=llmae_ppo", "method.iterations=1", "display.gif=false", *OTHER, *overrides)


def demonstrate(
    folder: Path,
    say: Callable[[Question], str | Reply],
    *overrides: str,
    is_immediate: bool = True,
    backend: Backend | None = None,
) -> Asked:
    """One run of one iteration; `say` answers a question."""
    config = demos_config(*overrides)
    scripted = ScriptedBackend(say, is_immediate)
    client = LLMClient(config.llm, backend or scripted, folder)
    progress = Progress(1, "", console=Console(quiet=True))
    try:
        with Environment(config.env) as environment:
            check_demos(config, environment)
            runner = Demonstrating(config, environment, RunFolder(folder), client, progress)
            runner.run()
    finally:
        client.close()
    return Asked(folder, getattr(runner, "gathered", None), scripted.asked)  # type: ignore[arg-type]


def plan(*actions: Any, words: str = "") -> str:
    """As it was asked for."""
    return json.dumps({"plan": words, "actions": list(actions)})
