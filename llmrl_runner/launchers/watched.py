"""What every launcher does before its jobs begin: note them all as waiting, and show how far they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, filter_overrides


class Watched:
    """Stands before a launcher among the bases of one that Hydra is shown."""

    config: Any

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """See hydra.plugins.launcher.Launcher. Returns when every job is over."""
        from llmrl_runner.sweeps.notes import Notes
        from llmrl_runner.sweeps.watch import watching

        notes = Notes(Path(self.config.hydra.sweep.dir))
        notes.announce(initial_job_idx, [filter_overrides(job) for job in job_overrides])
        with watching(notes, self.config):
            found: Sequence[JobReturn] = super().launch(job_overrides, initial_job_idx)  # type: ignore[misc]
            return found
