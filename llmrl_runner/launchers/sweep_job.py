"""One job of a sweep, for the command that launches it: whether it needs a node, what became of it."""

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from hydra.core.utils import run_job
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, open_dict

from llmrl_runner.launchers.ahead import folder_of, needs_no_node
from llmrl_runner.sweeps.notes import FAILED, FINISHED, RUNNING, SKIPPED, WAITING, JobNote, Notes

SWEEP, SUBFOLDER = "hydra.sweep.dir", "hydra.sweep.subdir"


class SweepJob:
    """Job `number` of a sweep, composed as Hydra does for the job itself. Raises what composing raises."""

    def __init__(self, launcher: Launcher, number: int, overrides: list[str]) -> None:
        self.number, self.overrides, self._launcher = number, overrides, launcher
        context, config = launcher.hydra_context, launcher.config  # type: ignore[attr-defined]
        self.composed: DictConfig = context.config_loader.load_sweep_config(config, overrides)
        with open_dict(self.composed):
            self.composed.hydra.job.id, self.composed.hydra.job.num = str(number), number

    @cached_property
    def needs_no_node(self) -> bool:
        """See ahead.py."""
        return needs_no_node(self._task_config)

    def run_here(self) -> None:
        """In this process, as Hydra's own launcher does."""
        launcher: Any = self._launcher
        run_job(launcher.task_function, self.composed, SWEEP, SUBFOLDER, launcher.hydra_context)

    def note_running(self) -> None:
        """That it is under way, where another command's start took away what it noted itself."""
        if self.note.state == WAITING:
            self._notes.write(replace(self.note, state=RUNNING))

    def note_what_its_run_says(self, otherwise: str) -> None:
        """How it ended, where another command's start took away what it noted itself; lost, where nothing tells."""
        if not needs_no_node(self._task_config):
            self.note_lost(otherwise)
            return
        self.run_here()
        if self.note.state == SKIPPED:  # which it would have been, had it been finished before
            self._notes.write(replace(self.note, state=FINISHED))

    def note_lost(self, reason: str) -> None:
        """That it failed, in the place of the job, which can't any more. What it finished before stays finished."""
        if self.note.is_well:
            return
        folder = folder_of(self._task_config)
        if folder is not None:
            folder.give_up(reason)
        known = str(folder.path) if folder and folder.path.exists() else None
        self._notes.write(replace(self.note, state=FAILED, folder=known, error=reason))

    @property
    def _task_config(self) -> DictConfig:
        """What the job itself is handed: everything but Hydra's own part."""
        config = self.composed.copy()
        with open_dict(config):
            del config["hydra"]
        return config

    @property
    def _notes(self) -> Notes:
        return Notes(Path(self.composed.hydra.sweep.dir))

    @property
    def note(self) -> JobNote:
        """How it stands, as far as it could note that itself."""
        try:
            known = self._notes.read(self.number)
        except (OSError, ValueError):  # it died as it wrote
            known = None
        return known or JobNote(self.number, self.overrides)
