"""The types of conf/hydra/launcher/slurm.yaml."""

from dataclasses import dataclass, field
from typing import Any, Optional

from omegaconf import MISSING

from llmrl_runner.config.limits import above, at_least, not_empty, one_of


@dataclass
class SlurmConfig:
    """How a sweep's jobs are handed to Slurm, and what is done while they run."""

    _target_: str = MISSING
    partition: Optional[str] = MISSING
    account: Optional[str] = MISSING
    qos: Optional[str] = MISSING
    timeout_min: int = at_least(1)
    mem_gb: Optional[float] = field(default=MISSING, metadata={"above": 0})
    cpus_per_task: int = at_least(1)
    gpus_per_node: Optional[int] = field(default=MISSING, metadata={"at_least": 0})
    gres: Optional[str] = MISSING
    constraint: Optional[str] = MISSING
    nodelist: Optional[str] = MISSING
    exclude: Optional[str] = MISSING
    array_parallelism: int = at_least(1)
    setup: list[str] = MISSING
    python: Optional[str] = MISSING
    use_srun: bool = MISSING
    additional_parameters: dict[str, Any] = MISSING
    max_num_timeout: int = at_least(0)
    signal_delay_s: int = at_least(1)
    name: str = not_empty()
    submitit_folder: str = not_empty()
    look_every_s: float = above(0)
    on_interrupt: str = one_of("leave", "cancel")
