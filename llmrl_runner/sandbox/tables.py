"""The constants of a program and the ranges that they may be searched in, as its child tells them, checked."""

import math

from llmrl_runner.sandbox.errors import ProgramError
from llmrl_runner.sandbox.inside.layouts import Item


def constants_of(items: list[Item]) -> dict[str, float]:
    """Name -> value, finite. Raises ProgramError."""
    return {name: number for name, (number,) in _table(items, 0, ()).items()}


def ranges_of(items: list[Item]) -> dict[str, tuple[float, float]]:
    """Name -> (low, high), finite and in order, each of a constant that lies within. Raises ProgramError."""
    constants = constants_of(items)
    ranges = {name: (low, high) for name, (low, high) in _table(items, 1, (2,)).items()}
    for name, (low, high) in ranges.items():
        if name not in constants:
            raise ProgramError("constants", f"RANGES[{name!r}] has no entry in CONSTANTS")
        if not low < high:
            raise ProgramError("constants", f"RANGES[{name!r}] has to be (low, high), got ({low:g}, {high:g})")
        if not low <= constants[name] <= high:
            raise ProgramError("constants", f"CONSTANTS[{name!r}] = {constants[name]:g} lies outside of its range")
    return ranges


def _table(items: list[Item], index: int, shape: tuple[int, ...]) -> dict[str, list[float]]:
    table = items[index] if len(items) == 2 else None
    if not isinstance(table, dict):
        raise ProgramError("forged", "its process doesn't tell its constants")
    for name, values in table.items():
        numbers = values.reshape(-1).tolist()
        if not name.isidentifier() or values.shape != shape or not all(math.isfinite(number) for number in numbers):
            raise ProgramError("constants", f"{('CONSTANTS', 'RANGES')[index]}[{name[:40]!r}] has to be finite numbers")
    return {name: [float(number) for number in values.reshape(-1)] for name, values in table.items()}
