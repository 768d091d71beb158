"""What every launcher does before its jobs begin: note them all as waiting, and show how far they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.utils import JobReturn, filter_overrides

if TYPE_CHECKING:
    from llmrl_runner.sweeps.notes import Notes


class Watched:
    """Stands before a launcher of Hydra's among the bases of one of ours."""

    config: Any

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """See hydra.plugins.launcher.Launcher. Returns when every job is over."""
        from llmrl_runner.sweeps.notes import Notes
        from llmrl_runner.sweeps.watch import watching

        notes = Notes(Path(self.config.hydra.sweep.dir))
        notes.announce(initial_job_idx, [filter_overrides(job) for job in job_overrides])
        with watching(notes, self.config):
            return self.launch_noted(notes, job_overrides, initial_job_idx)

    def launch_noted(self, notes: "Notes", jobs: Sequence[Sequence[str]], first: int) -> Sequence[JobReturn]:
        """Run jobs that are noted, numbered from `first`: as the launcher does, where it doesn't say otherwise."""
        found: Sequence[JobReturn] = super().launch(jobs, first)  # type: ignore[misc]
        return found
