"""conf/hydra/launcher/slurm.yaml as submitit's executor."""

import logging
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from llmrl_runner.cluster.environment import carried_lines
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.launcher_schema import SlurmConfig

if TYPE_CHECKING:
    from submitit import AutoExecutor

# What submitit calls the same for every cluster, and what is Slurm's own.
SHARED = ("name", "timeout_min", "mem_gb", "cpus_per_task", "gpus_per_node")
OF_SLURM = (
    *("partition", "account", "qos", "gres", "constraint", "nodelist", "exclude"),
    *("array_parallelism", "use_srun", "signal_delay_s", "additional_parameters"),
)


def executor_of(settings: SlurmConfig, folder: Path) -> "AutoExecutor":
    """What submits, as the settings say. Its notes and the jobs' logs go into `folder`, which is made."""
    from submitit import AutoExecutor

    logging.getLogger("submitit").setLevel(logging.ERROR)
    values = asdict(settings)
    python = {"slurm_python": settings.python} if settings.python else {}
    executor = AutoExecutor(folder, cluster="slurm", slurm_max_num_timeout=settings.max_num_timeout, **python)
    executor.update_parameters(
        **{name: values[name] for name in SHARED if values[name] is not None},
        **{f"slurm_{name}": values[name] for name in OF_SLURM if values[name] is not None},
        slurm_setup=[*carried_lines(), *settings.setup],
    )
    return executor


def refusal(error: Exception) -> ConfigError:
    """What sbatch has against the jobs, in a line."""
    told = re.findall(r"sbatch: error: (.*)", str(error)) or str(error).strip().splitlines()[-1:]
    words = "; ".join(dict.fromkeys(told)) or type(error).__name__
    return ConfigError("hydra/launcher", f"sbatch refused the jobs: {words}")
