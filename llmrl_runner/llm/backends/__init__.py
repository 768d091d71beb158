"""The backends, and how the configuration chooses one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import LLMConfig
from llmrl_runner.llm.backends.base import Backend
from llmrl_runner.llm.backends.manual import ManualBackend
from llmrl_runner.llm.backends.provider import check_holds_no_secret, check_provider
from llmrl_runner.llm.backends.random import RandomBackend
from llmrl_runner.llm.backends.recording import read_recording, recording_path
from llmrl_runner.llm.backends.replay import ReplayBackend
from llmrl_runner.llm.backends.secrets import read_environment
from llmrl_runner.llm.budget import check_limits
from llmrl_runner.llm.client import LLMClient


@dataclass(frozen=True)
class ModelIdentity:
    """Who answers. digest: sha256 of the recording, which counts as part of the model; None for the other backends."""

    model: str
    digest: str | None = None


def model_identity(config: LLMConfig, method: str, env: str, recordings: Path) -> ModelIdentity:
    """Who will answer, without asking: for a run's identity. Raises ConfigError where a recording is missing."""
    if config.backend == "replay":
        recording = read_recording(recording_path(config, method, env, recordings), method, env, recordings)
        return ModelIdentity(recording.model, recording.digest)
    return ModelIdentity(model_name(config))


def model_name(config: LLMConfig) -> str:
    """The name of the model that the configuration names; `provider/model` for a live one."""
    if config.backend == "random":
        return "random"
    if not config.model:
        raise ConfigError("llm.model", f"needed with llm={config.name}; give a model's name")
    return config.model if config.backend == "manual" else f"{config.provider}/{config.model}"


def check_config(config: LLMConfig) -> None:
    """Raise ConfigError where the first question is sure to fail, or a secret would be written to a file.

    That is a missing provider, address or key, half a price, a limit that can't be kept, and an address with a user or
    query in it. The model's name and recordings are `model_identity`'s to check. Reads the environment and
    `.env`, and makes nothing.
    """
    check_holds_no_secret(config.api_base, "llm.api_base")
    if config.backend == "live":
        check_provider(config, read_environment())
    check_limits(config)


def make_backend(
    config: LLMConfig,
    folder: Path,
    method: str,
    env: str,
    seed: int,
    recordings: Path,
    announce: Callable[[str], None] = print,
) -> Backend:
    """The backend that `config.backend` names; see make_client."""
    if config.backend == "replay":
        path = recording_path(config, method, env, recordings)
        return ReplayBackend(read_recording(path, method, env, recordings))
    if config.backend == "random":
        return RandomBackend(seed)
    if config.backend == "manual":
        return ManualBackend(folder / "manual", model_name(config), announce)
    from llmrl_runner.llm.backends.live import LiveBackend

    return LiveBackend(config, model_name(config))


def make_client(
    config: LLMConfig,
    folder: Path,
    method: str,
    env: str,
    seed: int,
    recordings: Path,
    announce: Callable[[str], None] = print,
) -> LLMClient:
    """A client for one run.

    folder: the run's. method, env: names, by which a recording is found under `recordings`. seed: the run's, for
    `llm=random`. announce: shows a line to the person, such as the file that `llm=manual` waits for. Nothing is asked
    yet. Raises ConfigError on a missing recording or model.
    """
    return LLMClient(config, make_backend(config, folder, method, env, seed, recordings, announce), folder)
