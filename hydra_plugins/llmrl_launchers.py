"""Our launchers, where Hydra looks for them: it takes only classes that are defined in this namespace package.

Hydra imports this file at every start, so the classes' own files import late what they need.
"""

from hydra._internal.core_plugins.basic_launcher import BasicLauncher

from llmrl_runner.launchers.side_by_side import SideBySide
from llmrl_runner.launchers.slurm import OnSlurm
from llmrl_runner.launchers.watched import Watched


class BasicWatched(Watched, BasicLauncher):
    """`hydra/launcher=basic`: one job after the other, in the command's own process."""


class JoblibLauncher(Watched, SideBySide):
    """`hydra/launcher=joblib`."""


class SlurmLauncher(Watched, OnSlurm):
    """`hydra/launcher=slurm`."""
