"""The limits that a key of conf/ may have. They stand in its field's metadata; `check.py` enforces them."""

import re
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


def one_of_or_import_path(*options: str) -> Any:
    """A required word out of `options`, or the import path of something of one's own: `my_module.MyClass`."""
    return field(default=MISSING, metadata={"one_of": options, "or_import_path": True})


def is_import_path(text: str) -> bool:
    """Whether it has the form `my_module.MyClass`."""
    return re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)+", text) is not None


def not_empty() -> Any:
    """A required text that says something."""
    return field(default=MISSING, metadata={"not_empty": True})


def one_word() -> Any:
    """A required name that can be a folder's."""
    return field(default=MISSING, metadata={"one_word": True})
