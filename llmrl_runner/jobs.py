"""One job: from its configuration to a run's result, whatever happens on the way."""

import hashlib
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf

from llmrl_runner.config.check import checked
from llmrl_runner.config.errors import DISK_TROUBLE, ConfigError
from llmrl_runner.config.places import recordings_folder
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.files.whole import write_text
from llmrl_runner.llm import AskingRun, LLMError, SharedPurse, check_config, make_client, model_identity
from llmrl_runner.llm.prices import Estimate
from llmrl_runner.llm.purse import MakePurse
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.estimate import estimate_run
from llmrl_runner.methods.find import check_asks, find_runner
from llmrl_runner.methods.prompts import prompts_of
from llmrl_runner.report.page import write_page
from llmrl_runner.runs.continuing import check_length, find_source, goes_on, take_over
from llmrl_runner.runs.folder import RunFolder, locate
from llmrl_runner.runs.identity import run_id
from llmrl_runner.runs.progress import LastingConsole, Progress
from llmrl_runner.runs.pulse import Pulse
from llmrl_runner.runs.show import show_result


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    state: str  # finished, skipped (it was finished before), estimated, left out (nothing to do in a sweep) or failed
    folder: str | None = None
    error: str | None = None
    estimate: Estimate | None = None

    @property
    def is_well(self) -> bool:
        """Whether nothing went wrong."""
        return self.state != "failed"


@dataclass(frozen=True)
class Sweep:
    """A sweep as one of its jobs sees it.

    folder: what all of its jobs share. tell_folder: hears where the job's run lies, before anything is run.
    """

    folder: Path
    tell_folder: Callable[[Path], None]


def run_job(composed: DictConfig, sweep: Sweep | None = None) -> Outcome:
    """Run what `composed` describes, or show it where it is finished; `sweep` is what it is a part of.

    Raises ConfigError before anything is written. What goes wrong later is told in the outcome and in status.json.
    """
    config = checked(composed)
    resolved: Any = OmegaConf.to_container(composed, resolve=True)
    job = Job(config, resolved, sweep)
    return job.estimate() if config.estimate else job.run()


class Job:
    """A checked configuration with everything that can be known to be wrong before a folder is made."""

    def __init__(self, config: Config, resolved: dict[str, Any], sweep: Sweep | None = None) -> None:
        self.config, self.resolved, self.sweep = config, resolved, sweep
        self.runner_class: type[MethodRunner] = find_runner(config.method.runner)
        self.prompts = prompts_of(config)
        self.environment = Environment(config.env)
        self.runner_class.check(config, self.environment)
        check_asks(self.runner_class, config)
        recordings = Path(config.paths.recordings) if config.paths.recordings else recordings_folder()
        self.asking = AskingRun(config.method.name, config.env.name, config.seed, recordings)
        self.identity = model_identity(config.llm, self.asking)
        self.label = f"{config.method.name}/{config.env.name}/{config.llm.name}/seed{config.seed}"

    def estimate(self) -> Outcome:
        """Say how much the run can ask, and about what it costs; nothing is asked and nothing kept."""
        with self.environment:
            found = estimate_run(self.runner_class, self.config, self.environment)
        print(f"{self.label}: at most {found.text}")
        return Outcome("estimated", estimate=found)

    def run(self) -> Outcome:
        """Finish the run in its folder, or show it where it is finished."""
        source = find_source(self.config.continue_from, self.resolved)
        base = self._base_folder(source)
        if source is not None:
            check_length(source, locate(base, is_rerun=False), self.config.method.iterations)
        if self.config.rerun or not locate(base, is_rerun=False).is_finished:
            self._check_what_running_needs()
        folder = self._writable(base)
        if self.sweep is not None:
            self.sweep.tell_folder(folder.path)
        with self.environment, folder.locked(print):
            if folder.is_finished and not goes_on(self.resolved, folder):
                self._mend(folder)
                self._show(folder, f"{self.label}: finished before; rerun=true starts afresh")
                return Outcome("skipped", str(folder.path))
            if source is not None:
                take_over(source, folder)
            return self._execute(folder)

    @property
    def located(self) -> RunFolder:
        """The folder of its run as it is now, which may not be there yet."""
        return locate(self._base_folder(find_source(self.config.continue_from, self.resolved)), is_rerun=False)

    @property
    def is_finished(self) -> bool:
        """Whether running it would only show what is there."""
        folder = self.located
        return not self.config.rerun and folder.is_finished and not goes_on(self.resolved, folder)

    def _writable(self, base: Path) -> RunFolder:
        """The run's folder, made where it is missing. Raises ConfigError where nothing can be written there."""
        try:
            folder = locate(base, self.config.rerun)
            folder.path.mkdir(parents=True, exist_ok=True)
            return folder
        except OSError as error:
            raise ConfigError("paths.outputs", f"can't write there ({error})") from error

    def _check_what_running_needs(self) -> None:
        """Raise ConfigError for what a finished run is shown without: a key, an address, environments to play in."""
        check_config(self.config.llm)
        self.runner_class.make_ready(self.environment)

    def _base_folder(self, source: RunFolder | None) -> Path:
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

    def _execute(self, folder: RunFolder) -> Outcome:
        self._check_what_running_needs()
        write_text(folder.path / "config.yaml", yaml.safe_dump(self.resolved, sort_keys=False, allow_unicode=True))
        folder.set_status("running")
        (folder.path / "error.txt").unlink(missing_ok=True)  # of an earlier try
        try:
            self._run_method(folder)
        except KeyboardInterrupt:
            folder.set_status("failed", "interrupted; the same command goes on from here")
            raise
        except (LLMError, ConfigError) as error:
            return self._failed(folder, str(error))
        except Exception as error:
            with suppress(OSError):  # of a full disk
                write_text(folder.path / "error.txt", traceback.format_exc())
            return self._failed(folder, _reason(error, folder.path))
        self._show(folder)
        return Outcome("finished", str(folder.path))

    def _run_method(self, folder: RunFolder) -> None:
        config = self.config
        progress = Progress(
            self.runner_class.iterations_of(config),
            self.label,
            console=LastingConsole(quiet=True) if config.display.progress == "none" else None,
            is_live=self._is_live(),
            pulse=Pulse(folder.path),
        )
        llm = make_client(config.llm, self.asking, folder.path, progress.note, self._purse(folder))
        try:
            llm.check()
            result = self.runner_class(config, self.environment, folder, llm, progress).run()
        finally:
            progress.finish()
            llm.close()
        folder.set_status("finished", result["ended_by"])
        self._write_page(folder)

    def _purse(self, folder: RunFolder) -> MakePurse | None:
        """The run's hand in what its sweep may spend, where that has a limit."""
        limit = self.config.sweep.max_cost_usd
        if self.sweep is None or limit is None:
            return None
        return partial(SharedPurse, self.sweep.folder, folder.name, limit)

    def _mend(self, folder: RunFolder) -> None:
        """What a kill after result.json has left undone."""
        if folder.status().get("state") != "finished":
            folder.set_status("finished", folder.result()["ended_by"])
        if not (folder.path / "report.html").exists():
            self._write_page(folder)

    def _write_page(self, folder: RunFolder) -> None:
        """A page is a nicety: whatever keeps it from being drawn is said, and the run stays what it is."""
        try:
            write_page(folder.path)
        except Exception as error:
            print(f"{self.label}: no report.html ({type(error).__name__}: {error})", file=sys.stderr)

    def _is_live(self) -> bool | None:
        """None leaves it to the terminal."""
        wanted = self.config.display.progress
        if wanted == "auto":
            return None if self.sweep is None else False
        return wanted == "rich"

    def _failed(self, folder: RunFolder, reason: str) -> Outcome:
        with suppress(OSError):  # of a full disk
            folder.set_status("failed", reason)
        self._write_page(folder)
        if self.sweep is None:
            print(f"{self.label}: failed: {reason}", file=sys.stderr)
        return Outcome("failed", str(folder.path), reason)

    def _show(self, folder: RunFolder, remark: str | None = None) -> None:
        if self.sweep is not None:
            return
        if remark:
            print(remark)
        show_result(folder.path, LastingConsole())


def _digest(paths: list[str]) -> str | None:
    """A hash of what these files hold, None where there are none."""
    if not paths:
        return None
    return hashlib.sha256(b"".join(hashlib.sha256(Path(path).read_bytes()).digest() for path in paths)).hexdigest()


def _reason(error: Exception, folder: Path) -> str:
    """An exception that nobody expected, in a line: where its trace is, or what to do where it is the disk's."""
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        return f"{error.filename or folder}: {error.strerror}; once that is mended, the same command goes on from here"
    words = str(error).splitlines()[0] if str(error) else "no message"
    return f"{type(error).__name__}: {words} (trace in {folder / 'error.txt'})"
