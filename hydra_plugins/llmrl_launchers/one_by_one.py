"""hydra/launcher=basic: one job after the other, in the command's own process."""

from hydra._internal.core_plugins.basic_launcher import BasicLauncher

from llmrl_runner.sweeps.watched import Watched


class OneByOne(Watched, BasicLauncher):
    """Hydra's basic launcher, watched."""
