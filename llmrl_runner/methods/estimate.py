"""What a run can cost at most, told before anything is asked."""

import dataclasses
import tempfile
from pathlib import Path

from rich.console import Console

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm import CallsEnded, LLMClient
from llmrl_runner.llm.prices import Estimate, approximate_tokens
from llmrl_runner.llm.prices import estimate_run as estimate
from llmrl_runner.llm.request import Question, Reply
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.iteration import Iteration
from llmrl_runner.runs.progress import Progress


def estimate_run(runner_class: type[MethodRunner], config: Config, environment: Environment) -> Estimate:
    """Calls, tokens and dollars: as many calls as the method may make, each with the first prompt's length and the
    longest answer that `llm.max_output_tokens` allows. Later prompts may be longer, answers are mostly shorter."""
    calls = runner_class.calls_a_run(config)
    prompt = first_prompt(runner_class, config, environment) if calls else ""  # a method that asks none would train
    return estimate(calls, approximate_tokens(prompt), config.llm.max_output_tokens, config.llm)


def first_prompt(runner_class: type[MethodRunner], config: Config, environment: Environment) -> str:
    """The words of the run's first request. Its episodes are played, nothing is asked and nothing is kept."""
    unlimited = dataclasses.replace(config.llm, max_calls=None, max_tokens=None, max_cost_usd=None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listener = Listener()
        llm = LLMClient(unlimited, listener, folder)
        runner = runner_class(config, environment, RunFolder(folder), llm, Progress(1, "", console=Console(quiet=True)))
        try:
            runner.run_iteration(Iteration(folder, 0))
        except Overheard:
            pass  # a method that goes on without an answer comes to its iteration's end
        finally:
            llm.close()
    return listener.first


class Overheard(CallsEnded):
    """There is no answer: the question was only listened to."""


class Listener:
    """A backend that hears questions and answers none. first: the words of the first one."""

    model = identity = "listener"
    is_immediate = True

    def __init__(self) -> None:
        self.first = ""

    def check(self) -> None:
        """Nothing can go wrong."""

    def answer(self, question: Question) -> Reply:
        """Raise Overheard."""
        self.first = self.first or "\n".join(message.content for message in question.messages)
        raise Overheard("only listened to")

    def stop(self) -> None:
        """Nothing is under way."""
