"""The command without a process of its own, as for tests/app."""

from tests.app.conftest import here, no_page, server, trainings_here

__all__ = ["here", "no_page", "server", "trainings_here"]
