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
        from llmrl_runner.config.errors import ConfigError
        from llmrl_runner.config.machine import variable_set
        from llmrl_runner.sweeps.job import SWEEP_FOLDER, TRIES_ALL
        from llmrl_runner.sweeps.notes import Notes
        from llmrl_runner.sweeps.watch import watching

        if self.config.estimate and self.config.hydra.sweeper._target_ != TRIES_ALL:
            raise ConfigError(
                "estimate", "a search can't be estimated: which runs it makes depends on how they come out"
            )
        notes = Notes(Path(self.config.hydra.sweep.dir))
        notes.announce(initial_job_idx, [filter_overrides(job) for job in job_overrides])
        with variable_set(SWEEP_FOLDER, str(notes.sweep.absolute())), watching(notes, self.config):
            found: Sequence[JobReturn] = super().launch(job_overrides, initial_job_idx)  # type: ignore[misc]
            return found
