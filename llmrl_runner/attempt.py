"""One try at a run in its folder: whatever happens, its files are whole and status.json says how it ended."""

import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from llmrl_runner.config.command import command
from llmrl_runner.config.errors import DISK_TROUBLE, ConfigError
from llmrl_runner.files.whole import write_text
from llmrl_runner.job import Job
from llmrl_runner.llm import LLMError, SharedPurse, make_client
from llmrl_runner.llm.prices import Estimate
from llmrl_runner.llm.purse import MakePurse
from llmrl_runner.report.page import write_page
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.progress import Progress
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


class Attempt:
    """A job at work in its run's folder, which it holds alone."""

    def __init__(self, job: Job, folder: RunFolder) -> None:
        self.job, self.folder = job, folder

    def finish(self) -> Outcome:
        """Go on to the run's end from wherever it is."""
        folder = self.folder
        write_text(folder.path / "config.yaml", yaml.safe_dump(self.job.resolved, sort_keys=False, allow_unicode=True))
        write_text(folder.path / "command.txt", command())
        folder.set_status("running")
        (folder.path / "error.txt").unlink(missing_ok=True)  # of an earlier try
        try:
            self._run_method()
        except KeyboardInterrupt:
            folder.set_status("failed", "interrupted; the same command goes on from here")
            raise
        except (LLMError, ConfigError) as error:
            return self._failed(str(error))
        except Exception as error:
            with suppress(OSError):  # of a full disk
                write_text(folder.path / "error.txt", traceback.format_exc())
            return self._failed(_reason(error, folder.path))
        self._show()
        return Outcome("finished", str(folder.path))

    def _run_method(self) -> None:
        job, config, folder = self.job, self.job.config, self.folder
        progress = Progress(
            job.runner_class.iterations_of(config),
            job.label,
            console=LastingConsole(quiet=True) if config.display.progress == "none" else None,
            is_live=self._is_live(),
            pulse=Pulse(folder.path),
        )
        llm = make_client(config.llm, job.asking, folder.path, progress.note, self._purse())
        try:
            llm.check()
            result = job.runner_class(config, job.environment, folder, llm, progress).run()
        finally:
            progress.finish()
            llm.close()
        folder.set_status("finished", result["ended_by"])
        self._write_page()

    def _purse(self) -> MakePurse | None:
        """The run's hand in what its sweep may spend, where that has a limit."""
        sweep, limit = self.job.sweep, self.job.config.sweep.max_cost_usd
        if sweep is None or limit is None:
            return None
        return partial(SharedPurse, sweep.folder, self.folder.name, limit)

    def show_again(self) -> Outcome:
        """Show a run that is finished, and do what a kill after result.json has left undone."""
        folder = self.folder
        if folder.status().get("state") != "finished":
            folder.set_status("finished", folder.result()["ended_by"])
        if not (folder.path / "report.html").exists():
            self._write_page()
        self._show(f"{self.job.label}: finished before; rerun=true starts afresh")
        return Outcome("skipped", str(folder.path))

    def _write_page(self) -> None:
        """A page is a nicety: whatever keeps it from being drawn is said, and the run stays what it is."""
        try:
            write_page(self.folder.path)
        except Exception as error:
            print(f"{self.job.label}: no report.html ({type(error).__name__}: {error})", file=sys.stderr)

    def _is_live(self) -> bool | None:
        """None leaves it to the terminal."""
        wanted = self.job.config.display.progress
        if wanted == "auto":
            return None if self.job.sweep is None else False
        return wanted == "rich"

    def _failed(self, reason: str) -> Outcome:
        with suppress(OSError):  # of a full disk
            self.folder.set_status("failed", reason)
        self._write_page()
        if self.job.sweep is None:
            print(f"{self.job.label}: failed: {reason}", file=sys.stderr)
        return Outcome("failed", str(self.folder.path), reason)

    def _show(self, remark: str | None = None) -> None:
        if self.job.sweep is not None:
            return
        if remark:
            print(remark)
        show_result(self.folder.path, LastingConsole())


def _reason(error: Exception, folder: Path) -> str:
    """An exception that nobody expected, in a line: where its trace is, or what to do where it is the disk's."""
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        return f"{error.filename or folder}: {error.strerror}; once that is mended, the same command goes on from here"
    words = str(error).splitlines()[0] if str(error) else "no message"
    return f"{type(error).__name__}: {words} (trace in {folder / 'error.txt'})"
