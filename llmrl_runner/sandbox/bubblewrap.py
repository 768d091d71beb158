"""Confined by bubblewrap: namespaces of its own, with nothing in them but what Python and numpy are loaded from."""

import shutil
import subprocess

from llmrl_runner.sandbox.command import environment, readable
from llmrl_runner.sandbox.errors import MissingError
from llmrl_runner.sandbox.process import PlainProcess, Process, Way

NOT_INSTALLED = "apt-get install bubblewrap"
USER_NAMESPACES = (
    "allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 "
    "(Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0)"
)
# The child's own lifeline ends it with its parent; --die-with-parent would already when the parent's thread ends that
# started it. A new session is what subprocess makes, so that the whole of it can be killed.
WALLS = ["--unshare-all", "--clearenv", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534"]
BARE = ["--chdir", "/", "--remount-ro", "/"]


def find() -> Way:
    """The way, where the program is and may make namespaces. Raises MissingError."""
    program = shutil.which("bwrap")
    if program is None:
        raise MissingError("isn't installed", NOT_INSTALLED)
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10)
    return Way(told.stdout.strip(), lambda command: start(program, command))


def start(program: str, command: list[str]) -> Process:
    """A child behind these walls."""
    binds = [word for path in readable() for word in ("--ro-bind", path, path)]
    variables = [word for pair in environment().items() for word in ("--setenv", *pair)]
    return PlainProcess([program, *WALLS, *variables, *binds, *BARE, "--", *command], {})
