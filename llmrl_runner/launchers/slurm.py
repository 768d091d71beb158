"""A sweep's jobs as one job array of Slurm, waited for whatever becomes of them.

The command looks at every job first: one that is finished, refused or estimated needs no node. Of the others, those
that an earlier try of the same sweep has in the queue are waited for, the rest is submitted. A job that is lost is
noted as failed and the others go on. The command may be ended at any time: the jobs stay, the same command finds them.
"""

from collections.abc import Sequence
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from shutil import which
from typing import Any

from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus
from hydra_plugins.hydra_submitit_launcher.submitit_launcher import SlurmLauncher
from omegaconf import DictConfig, OmegaConf

from llmrl_runner.cluster.queue import arrays_of, in_queue
from llmrl_runner.config.check import check_ranges
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.launcher_schema import SlurmConfig
from llmrl_runner.launchers.executor import executor_of, refusal
from llmrl_runner.launchers.submitted import Submitted, read_submitted, write_submitted

KEY = "hydra/launcher"


class OnSlurm(SlurmLauncher):  # type: ignore[misc]
    """Hydra's submitit launcher, which runs a job on its node, with a submission and a wait that lose nothing."""

    def setup(self, *, hydra_context: Any, task_function: Any, config: DictConfig) -> None:
        """Called by Hydra before anything is launched. Raises ConfigError where a setting is out of range."""
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        self.settings: SlurmConfig = OmegaConf.to_object(config.hydra.launcher)  # type: ignore[assignment]
        check_ranges(self.settings, "hydra.launcher")
        check_warning(self.settings)
        if which("sbatch") is None:
            raise ConfigError(KEY, "slurm's sbatch is not found on this machine; joblib runs sweeps without it")

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Every job to its end. Raises ConfigError where Slurm refuses or doesn't answer: none was started then."""
        from llmrl_runner.launchers.sweep_job import SweepJob
        from llmrl_runner.launchers.waiting import counted, wait_for

        jobs = {n: SweepJob(self, n, list(each)) for n, each in enumerate(job_overrides, initial_job_idx)}
        for_nodes = {number: job.overrides for number, job in jobs.items() if not job.needs_no_node}
        queued = self._queued_before(for_nodes)
        for number, job in jobs.items():
            if number not in for_nodes:
                job.run_here()
        new = self._submit({number: each for number, each in for_nodes.items() if number not in queued}, queued)
        for these, words in ((queued, "in Slurm's queue from before"), (new, "submitted to Slurm")):
            if these:
                ids = arrays_of([each.job_id for each in these.values()])
                print(f"{counted(len(these))} {words}: {', '.join(ids)}", flush=True)
        wait_for(jobs, {**queued, **new}, self.settings)
        return [JobReturn(status=JobStatus.COMPLETED, _return_value=job.note.value) for job in jobs.values()]

    @property
    def _sweep(self) -> Path:
        assert self.config is not None
        return Path(str(self.config.hydra.sweep.dir)).absolute()

    def _queued_before(self, wanted: dict[int, list[str]]) -> dict[int, Submitted]:
        """Those that an earlier try of this sweep has in Slurm's queue, by their numbers."""
        before = [each for each in read_submitted(self._sweep) if wanted.get(each.number) == each.overrides]
        if not before:
            return {}
        seen = in_queue()
        if seen is None:
            raise ConfigError(KEY, "Slurm doesn't answer (squeue), so nobody knows which jobs are under way already")
        return {each.number: each for each in before if each.job_id in seen and not seen[each.job_id].is_over}

    def _submit(self, jobs: dict[int, list[str]], queued: dict[int, Submitted]) -> dict[int, Submitted]:
        """All as one array, and kept beside those that are `queued` already."""
        if not jobs:
            return {}
        folder, state = Path(self.settings.submitit_folder).absolute(), Singleton.get_state()
        arguments = [(overrides, "hydra.sweep.dir", number, "", state) for number, overrides in jobs.items()]
        try:
            with redirect_stderr(StringIO()):  # submitit prints what sbatch says, beside raising it
                submitted = executor_of(self.settings, folder).map_array(self, *zip(*arguments, strict=True))
        except Exception as error:
            raise refusal(error) from error
        pairs = zip(jobs.items(), submitted, strict=True)
        new = {number: Submitted(each.job_id, str(folder), number, overrides) for (number, overrides), each in pairs}
        write_submitted(self._sweep, [*queued.values(), *new.values()])
        return new


def check_warning(settings: SlurmConfig) -> None:
    """Raise ConfigError where a job would hear that its time is nearly over as soon as it starts."""
    seconds = 60 * settings.timeout_min
    if settings.signal_delay_s >= seconds:
        problem = f"must be less than the job's time (timeout_min), {seconds} s, got {settings.signal_delay_s}"
        raise ConfigError("hydra.launcher.signal_delay_s", problem)
