"""A sweep's jobs side by side here: as many at once as there are cores, or GPUs where they train on those."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.utils import JobReturn
from hydra_plugins.hydra_joblib_launcher.joblib_launcher import JoblibLauncher
from omegaconf import DictConfig

if TYPE_CHECKING:
    from llmrl_runner.sweeps.notes import JobNote, Notes

LOST = "its process was killed twice, the second time while it ran alone; out of memory, perhaps"


class SideBySide(JoblibLauncher):  # type: ignore[misc]
    """Hydra's joblib launcher, which goes on where a job takes its process down with it."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run jobs that are noted, to the end of each.

        Where a worker dies (killed for its memory, say), joblib gives up on all of them. The jobs that were under way
        are then run again one at a time, so that the one which did it is known by doing it once more; the others run
        side by side again. Jobs that are over are passed over.
        """
        from joblib import effective_n_jobs
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        from llmrl_runner.config.machine import JOBS_AT_ONCE, variable_set
        from llmrl_runner.sweeps.notes import Notes

        assert self.config is not None
        notes = Notes(Path(self.config.hydra.sweep.dir))
        self.joblib["n_jobs"] = self._at_once(job_overrides)
        at_once = min(effective_n_jobs(self.joblib["n_jobs"]), len(job_overrides))
        with variable_set(JOBS_AT_ONCE, str(at_once)):
            while True:
                try:
                    found: Sequence[JobReturn] = super().launch(job_overrides, initial_job_idx)
                    return found
                except TerminatedWorkerError:
                    if not (lost := _lost(notes)):  # it is no job's doing
                        raise
                    for note in lost:
                        self._run_alone(notes, note, job_overrides[note.number - initial_job_idx])

    def _at_once(self, jobs: Sequence[Sequence[str]]) -> int:
        """As configured, but no more than there are places at GPUs for jobs that want one."""
        from llmrl_runner.sweeps.gpus import gpus, wants_gpu

        wanted = int(self.joblib["n_jobs"])
        if not gpus() or not any(wants_gpu(self._composed(job)) for job in jobs):
            return wanted
        places = len(gpus()) * int(self.config.sweep.jobs_a_gpu)
        return places if wanted < 0 else min(wanted, places)

    def _composed(self, overrides: Sequence[str]) -> DictConfig:
        """A job's whole configuration: an experiment's file may say where it trains."""
        assert self.hydra_context is not None
        found: DictConfig = self.hydra_context.config_loader.load_sweep_config(self.config, list(overrides))
        return found

    def _run_alone(self, notes: "Notes", note: "JobNote", overrides: Sequence[str]) -> None:
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        from llmrl_runner.sweeps.notes import FAILED

        together, self.joblib["n_jobs"] = self.joblib["n_jobs"], 2  # of one, joblib would make no process
        try:
            super().launch([overrides], note.number)
        except TerminatedWorkerError:
            notes.write(replace(notes.read(note.number) or note, state=FAILED, error=LOST))
        finally:
            self.joblib["n_jobs"] = together


def _lost(notes: "Notes") -> "list[JobNote]":
    """The jobs whose process is gone."""
    from llmrl_runner.sweeps.notes import RUNNING

    return [note for note in notes.all() if note.state == RUNNING and not _is_alive(note.pid)]


def _is_alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except (ProcessLookupError, OverflowError):
        return False
    return True
