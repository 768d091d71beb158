"""The program in the child: its source made a module, its constants, and what is told of an error."""

import builtins
import sys
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.sandbox.inside.layouts import Item

FILE = "<program>"
MESSAGE_LIMIT = 300
LINES_LIMIT = 12
FLOAT = np.dtype(np.float64)
NUMBERS = (int, float, np.integer, np.floating)


class RefusedError(Exception):
    """Something that the program must not do; its first argument is the kind, the second one line."""


def load(source: str) -> ModuleType:
    """Run the source as a module. Raises whatever it raises, SyntaxError too."""
    module = ModuleType("program")
    module.__dict__["__builtins__"] = builtins
    sys.modules["program"] = module
    exec(compile(source, FILE, "exec", dont_inherit=True), module.__dict__)
    return module


def function_of(module: ModuleType, name: str) -> Any:
    """The function that was asked for. Raises RefusedError where there is none."""
    function = module.__dict__.get(name)
    if not callable(function):
        raise RefusedError("missing", f"there is no function {name}")
    return function


def constants_of(module: ModuleType) -> list[Item]:
    """The module's CONSTANTS as numbers and RANGES as pairs. Raises RefusedError for anything else."""
    constants, ranges = (module.__dict__.get(name, {}) for name in ("CONSTANTS", "RANGES"))
    for name, table in (("CONSTANTS", constants), ("RANGES", ranges)):
        if not isinstance(table, dict) or len(table) > 64 or not all(_is_name(key) for key in table):
            raise RefusedError("constants", f"{name} has to be a dict of at most 64 names")
    return [
        {name: _numbers(f"CONSTANTS[{name!r}]", value, ()) for name, value in constants.items()},
        {name: _numbers(f"RANGES[{name!r}]", value, (2,)) for name, value in ranges.items()},
    ]


def _is_name(key: Any) -> bool:
    return isinstance(key, str) and key.isidentifier() and len(key.encode()) <= 64


def _numbers(place: str, value: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    values = value if shape and isinstance(value, tuple | list) else [value]
    if len(values) != (shape or (1,))[0] or not all(isinstance(v, NUMBERS) and not isinstance(v, bool) for v in values):
        raise RefusedError("constants", f"{place} has to be {'two numbers' if shape else 'a number'}")
    return np.array([float(v) for v in values], dtype=np.float64).reshape(shape)


def answer_of(value: Any) -> list[Item]:
    """What the program returned, as an array and a dict of arrays. Raises RefusedError for what is neither."""
    parts: Any = {}
    if value.__class__ is tuple:
        if len(value) != 2 or not isinstance(value[1], dict):
            raise RefusedError("answer", "it has to return its value, or (value, {name: array})")
        value, parts = value
    return [_real(value, "the value"), {name: _real(part, name) for name, part in parts.items()}]


def _real(value: Any, name: Any) -> NDArray[np.float64]:
    if value.__class__ is np.ndarray and value.dtype is FLOAT:
        return value
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise RefusedError("answer", f"{str(name)[:40]} isn't an array of numbers: {error}") from error
    if array.dtype.kind not in "biuf":
        raise RefusedError("answer", f"{str(name)[:40]} has to be real numbers, got {array.dtype}")
    return array.astype(np.float64)


def failure(error: BaseException) -> list[Item]:
    """An error as items: the numbers of the program's lines that led to it, and its kind with one line of words."""
    kind, words = _words(error)
    text = np.frombuffer(words.encode(errors="backslashreplace")[:MESSAGE_LIMIT], np.uint8)
    return [np.array(_lines(error), dtype=np.int64), {kind: text}]


def _words(error: BaseException) -> tuple[str, str]:
    if isinstance(error, RefusedError):
        return error.args[0], error.args[1]
    try:
        words = f"{type(error).__name__}: {error}".removesuffix(": ")
    except BaseException:
        words = "an exception whose text can't be made"
    if isinstance(error, MemoryError):
        return "memory", words
    if isinstance(error, ModuleNotFoundError):
        words += " (numpy is there, and of the standard library math, random and the like)"
    return ("syntax" if isinstance(error, SyntaxError) else "raised"), words


def _lines(error: BaseException) -> list[int]:
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return [error.lineno or 1]
    lines: list[int] = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE and trace.tb_lineno != (lines or [0])[-1]:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines if len(lines) <= LINES_LIMIT else [*lines[: LINES_LIMIT // 2], *lines[-LINES_LIMIT // 2 :]]
