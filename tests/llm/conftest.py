"""A configuration, a scripted backend and a misbehaving server for the tests of this room."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm import AskingRun, LLMClient, Message, Request, make_client
from llmrl_runner.llm.backends import retry
from llmrl_runner.llm.backends.live import load_litellm
from llmrl_runner.llm.request import Question, Reply
from tests.llm.misbehaving_server import CANARY, MisbehavingServer

DEFAULTS: dict[str, Any] = {
    "name": "test",
    "backend": "live",
    "provider": "openai_compatible",
    "model": "test-model",
    "api_base": None,
    "api_key_env": ["OPENAI_API_KEY"],
    "recording": None,
    "temperature": 0.7,
    "max_output_tokens": 100,
    "samples_in_flight": 4,
    "timeout_s": 5.0,
    "max_retries": 2,
    "max_calls": None,
    "max_tokens": None,
    "max_cost_usd": None,
    "usd_per_million_prompt_tokens": None,
    "usd_per_million_completion_tokens": None,
}


class ScriptedBackend:
    """Answers what `say` returns, and remembers what it was asked."""

    model = "scripted"
    identity = "scripted"

    def __init__(self, say: Callable[[Question], str | Reply], is_immediate: bool = True) -> None:
        self.say = say
        self.is_immediate = is_immediate
        self.asked: list[Question] = []

    def check(self) -> None:
        pass

    def answer(self, question: Question) -> Reply:
        self.asked.append(question)
        said = self.say(question)
        return said if isinstance(said, Reply) else Reply(said, self.model, 10, 5, 0.001)

    def stop(self) -> None:
        pass


@pytest.fixture
def make_config() -> Callable[..., LLMConfig]:
    return lambda **changes: LLMConfig(**(DEFAULTS | changes))


@pytest.fixture
def scripted(tmp_path: Path, make_config: Callable[..., LLMConfig]) -> Callable[..., LLMClient]:
    """A client on a scripted backend; called again, it is the resumed run."""

    def make(say: Callable[[Question], str | Reply] = lambda question: "hello", **changes: Any) -> LLMClient:
        return LLMClient(make_config(**changes), ScriptedBackend(say), tmp_path)

    return make


@pytest.fixture
def make_request() -> Callable[..., Request]:
    def make(text: str = "What now?", **changes: Any) -> Request:
        fields = {"purpose": "tabular/propose", "iteration": 0} | changes
        return Request(messages=[Message("system", "You play."), Message("user", text)], **fields)

    return make


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield running
        running.stopping.set()
        running.shutdown()


@pytest.fixture(scope="session")
def litellm() -> Any:
    """Imported once, outside of any test's time: it takes seconds."""
    return load_litellm()


@pytest.fixture
def live(litellm: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What asking a live model takes: LiteLLM, short waits, a key, and a folder without anybody's own `.env`."""
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 0.02)
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def live_client(live: None, server: MisbehavingServer, client: Callable[..., LLMClient]) -> Callable[..., LLMClient]:
    """A client that asks the server."""
    return lambda **changes: client(**({"api_base": server.api_base} | changes))


@pytest.fixture
def client(tmp_path: Path, make_config: Callable[..., LLMConfig]) -> Callable[..., LLMClient]:
    """The client of a run in `<tmp_path>/run`, with the backend that the configuration names."""

    def make(
        folder: str = "run",
        method: str = "tabular",
        env: str = "cartpole",
        seed: int = 0,
        announce: Callable[[str], None] = print,
        **changes: Any,
    ) -> LLMClient:
        run = AskingRun(method, env, seed, tmp_path / "recordings")
        return make_client(make_config(**changes), run, tmp_path / folder, announce)

    return make
