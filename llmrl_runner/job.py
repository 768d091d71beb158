"""A job: a configuration, checked as far as can be before a folder is made, and where its run lies."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm import AskingRun, check_config, model_identity
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.find import check_asks, find_runner
from llmrl_runner.methods.prompts import prompts_of
from llmrl_runner.runs.continuing import find_source, goes_on
from llmrl_runner.runs.folder import RunFolder, locate
from llmrl_runner.runs.identity import run_id


@dataclass(frozen=True)
class Sweep:
    """A sweep as one of its jobs sees it.

    folder: what all of its jobs share. tell_folder: hears where the job's run lies, before anything is run.
    """

    folder: Path
    tell_folder: Callable[[Path], None]


class Job:
    """A checked configuration with everything that can be known to be wrong before a folder is made."""

    def __init__(self, config: Config, resolved: dict[str, Any], sweep: Sweep | None = None) -> None:
        self.config, self.resolved, self.sweep = config, resolved, sweep
        self.runner_class: type[MethodRunner] = find_runner(config.method.runner)
        self.prompts = prompts_of(config)
        self.environment = Environment(config.env)
        self.runner_class.check(config, self.environment)
        check_asks(self.runner_class, config)
        self.asking = AskingRun.of(config)
        self.identity = model_identity(config.llm, self.asking)
        self.label = f"{config.method.name}/{config.env.name}/{config.llm.name}/seed{config.seed}"

    @property
    def located(self) -> RunFolder:
        """The folder of its run as it is now, which may not be there yet."""
        return locate(self.base_folder(find_source(self.config.continue_from, self.resolved)), is_rerun=False)

    @property
    def is_finished(self) -> bool:
        """Whether running it would only show what is there."""
        folder = self.located
        return not self.config.rerun and folder.is_finished and not goes_on(self.resolved, folder)

    def writable(self, base: Path) -> RunFolder:
        """The run's folder, made where it is missing. Raises ConfigError where nothing can be written there."""
        try:
            folder = locate(base, self.config.rerun)
            folder.path.mkdir(parents=True, exist_ok=True)
            return folder
        except OSError as error:
            raise ConfigError("paths.outputs", f"can't write there ({error})") from error

    def check_what_running_needs(self) -> None:
        """Raise ConfigError for what a finished run is shown without: a key, an address, environments to play in."""
        check_config(self.config.llm)
        self.runner_class.make_ready(self.environment)

    def base_folder(self, source: RunFolder | None) -> Path:
        """Where its run is to lie. source: the run that it goes on from."""
        config = self.config
        identity = run_id(
            self.resolved,
            recording=self.identity.digest,
            prompts=self.prompts.digest,
            files=_digest(self.runner_class.files_read(self.config)),
            continue_from=source.path.name if source else None,
        )
        parent: Path = Path(config.paths.outputs) / config.method.name / config.env.name / config.llm.name
        return parent / f"seed{config.seed}-{identity}"


def _digest(paths: list[str]) -> str | None:
    """A hash of what these files hold, None where there are none."""
    if not paths:
        return None
    return hashlib.sha256(b"".join(hashlib.sha256(Path(path).read_bytes()).digest() for path in paths)).hexdigest()
