"""The types of every key in conf/, and where Hydra finds them.

Values and their comments live in the YAML files, limits in the fields' metadata (`limits.py`), checks in `check.py`.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Optional

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.launcher_schema import SlurmConfig
from llmrl_runner.config.limits import at_least, between, not_empty, one_of
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.config.method_schema import METHOD_SCHEMAS
from llmrl_runner.config.training_schema import TRAINING_SCHEMAS


@dataclass
class PathsConfig:
    """Where things are written and found; no part of a run's identity."""

    outputs: str = not_empty()
    recordings: Optional[str] = MISSING
    vectors: str = not_empty()


@dataclass
class DisplayConfig:
    """What is shown and drawn on the way; no part of a run's identity."""

    progress: str = one_of("auto", "rich", "plain", "none")
    gif: bool = MISSING
    gif_frames: int = at_least(1)
    gif_width: int = at_least(16)
    gif_fps: Optional[float] = field(default=MISSING, metadata={"above": 0})


@dataclass
class SweepConfig:
    """What the jobs of a sweep share; no part of a run's identity."""

    max_cost_usd: Optional[float] = field(default=MISSING, metadata={"at_least": 0})
    jobs_a_gpu: int = at_least(1)
    objective: str = not_empty()


@dataclass
class Config:
    """The whole configuration of a run."""

    method: Any = MISSING
    env: EnvConfig = MISSING
    llm: LLMConfig = MISSING
    training: Any = None
    seed: int = between(0, 2**32 - 1)  # what numpy's and torch's own seeds can be
    device: str = one_of("auto", "cpu", "cuda")
    sandbox: str = one_of("auto", "none")
    rerun: bool = MISSING
    continue_from: Optional[str] = MISSING
    estimate: bool = MISSING
    paths: PathsConfig = field(default_factory=PathsConfig)
    display: DisplayConfig = field(default_factory=DisplayConfig)
    sweep: SweepConfig = field(default_factory=SweepConfig)


# Below hydra/, where they aren't offered as options of a group.
SCHEMAS = "hydra/schema"


@cache
def register() -> None:
    """Put the schemas where Hydra finds them, once a process; conf/ names them in its defaults lists."""
    store = ConfigStore.instance()
    store.store(name="config_schema", node=Config)
    for name, schema in (METHOD_SCHEMAS | TRAINING_SCHEMAS).items():
        store.store(group=SCHEMAS, name=name, node=schema)
    store.store(group=SCHEMAS, name="slurm", node=SlurmConfig)
    _share_when_copied(store)


def _share_when_copied(store: ConfigStore) -> None:
    """Hydra 1.3 copies its store, schemas and all, once for each group that `--help` lists: half of its time.

    What is loaded from the store is copied again anyway, so that the copies of the store may be the store itself.
    """
    type(store).__deepcopy__ = lambda self, memo: self  # type: ignore[attr-defined]
