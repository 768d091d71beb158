"""Our launchers, where Hydra looks for them: it takes only classes that are defined in this namespace package."""

from llmrl_runner.launchers.slurm import OnSlurm


class SlurmLauncher(OnSlurm):
    """`hydra/launcher=slurm`."""
