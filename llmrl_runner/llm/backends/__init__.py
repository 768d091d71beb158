"""The backends, and how the configuration chooses one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.limits import is_import_path
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.backends.base import AskingRun, Backend
from llmrl_runner.llm.backends.manual import ManualBackend
from llmrl_runner.llm.backends.none import NoBackend
from llmrl_runner.llm.backends.provider import check_holds_no_secret, check_provider
from llmrl_runner.llm.backends.random import RandomBackend
from llmrl_runner.llm.backends.recording import read_recording
from llmrl_runner.llm.backends.replay import ReplayBackend
from llmrl_runner.llm.backends.secrets import read_environment
from llmrl_runner.llm.backends.third_party import ThirdPartyBackend
from llmrl_runner.llm.budget import check_limits
from llmrl_runner.llm.client import LLMClient
from llmrl_runner.llm.purse import MakePurse


@dataclass(frozen=True)
class ModelIdentity:
    """Who answers.

    digest: what counts as part of the model besides the configuration: a recording's sha256, or the identity that a
    third party's backend gives itself; None for the others.
    """

    model: str
    digest: str | None = None


def model_identity(config: LLMConfig, run: AskingRun) -> ModelIdentity:
    """Who will answer, without asking: for a run's identity.

    Raises ConfigError where a recording, or a third party's class, can't be used.
    """
    if config.backend == "replay":
        recording = read_recording(config, run)
        return ModelIdentity(recording.model, recording.digest)
    if is_import_path(config.backend):
        backend = ThirdPartyBackend(config, run, print)
        return ModelIdentity(backend.model, backend.identity)
    return ModelIdentity(model_name(config))


def model_name(config: LLMConfig) -> str:
    """The name of the model that the configuration names; `provider/model` for a live one."""
    if config.backend in ("random", "none"):
        return config.backend
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


def make_client(
    config: LLMConfig,
    run: AskingRun,
    folder: Path,
    announce: Callable[[str], None] = print,
    purse: MakePurse | None = None,
) -> LLMClient:
    """A client for one run.

    folder: the run's. announce: shows a line to the person, such as the file that `llm=manual` waits for. purse: as
    LLMClient has it. Nothing is asked yet. Raises ConfigError on a missing recording or model.
    """
    return LLMClient(config, make_backend(config, run, folder, announce), folder, purse)


def make_backend(config: LLMConfig, run: AskingRun, folder: Path, announce: Callable[[str], None]) -> Backend:
    """The backend that `config.backend` names; see make_client."""
    if config.backend == "replay":
        return ReplayBackend(read_recording(config, run))
    if config.backend == "random":
        return RandomBackend(run.seed)
    if config.backend == "none":
        return NoBackend()
    if config.backend == "manual":
        return ManualBackend(folder / "manual", model_name(config), announce)
    if is_import_path(config.backend):
        return ThirdPartyBackend(config, run, announce)
    from llmrl_runner.llm.backends.live import LiveBackend

    return LiveBackend(config, model_name(config), announce)
