"""The limits that a key of conf/ may have. They stand in its field's metadata; `check.py` enforces them."""

from dataclasses import field
from typing import Any

from omegaconf import MISSING


def at_least(low: float) -> Any:
    """A required number of at least `low`."""
    return field(default=MISSING, metadata={"at_least": low})


def above(low: float) -> Any:
    """A required number greater than `low`."""
    return field(default=MISSING, metadata={"above": low})


def between(low: float, high: float) -> Any:
    """A required number in [low, high]."""
    return field(default=MISSING, metadata={"at_least": low, "at_most": high})


def one_of(*options: str) -> Any:
    """A required word out of `options`."""
    return field(default=MISSING, metadata={"one_of": options})


def not_empty() -> Any:
    """A required text that says something."""
    return field(default=MISSING, metadata={"not_empty": True})


def one_word() -> Any:
    """A required name that can be a folder's."""
    return field(default=MISSING, metadata={"one_word": True})
