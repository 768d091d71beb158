"""The command that is running, as a person typed it."""

import shlex

from hydra.core.hydra_config import HydraConfig

TYPED = "command-line"  # what Hydra calls a folder that --config-dir named


def command() -> str:
    """A line, `python run.py env=taxi seed=3`; what runs a job of a sweep alone, too. Empty where none is running."""
    if not HydraConfig.initialized():
        return ""
    hydra = HydraConfig.get()
    folders = [source.path for source in hydra.runtime.config_sources if source.provider == TYPED]
    options = [word for folder in folders for word in ("--config-dir", folder)]
    return shlex.join(["python", "run.py", *options, *hydra.overrides.task]) + "\n"
