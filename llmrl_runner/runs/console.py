"""A console that a reader may leave."""

import contextlib
import os
import sys

from rich.console import Console


class LastingConsole(Console):
    """A console whose reader may go away (`python run.py | head`): the run goes on in silence."""

    def on_broken_pipe(self) -> None:
        """Send what is still to be said nowhere, so that neither this run nor the interpreter's end stumbles."""
        self.quiet = True
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
