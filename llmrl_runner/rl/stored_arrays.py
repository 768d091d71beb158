"""Demonstrations in a `.npz` file: all their arrays."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.rl.stored_demonstrations import Stored, StoredEpisode, refusal

COSTS = ("calls", "prompt_tokens", "completion_tokens")
# The kinds of numbers that numpy may have stored: whole ones, any, and claims.
WHOLE, NUMBERS, CLAIMS = "iu", "iuf", "b"


def of_arrays(path: Path) -> Stored:
    """What the file says. Raises ConfigError where it is no such file."""
    try:
        arrays = _loaded(path)
    except Exception as error:  # whatever numpy makes of a file of anybody's
        raise refusal(path, f"is no file of plain arrays ({error})") from error
    try:
        return _from_arrays(path, arrays)
    except KeyError as error:
        raise refusal(path, f"lacks the array {error}") from error


def _loaded(path: Path) -> dict[str, AnyArray]:
    """All arrays, none of them of objects: those would be pickles, which can run anything."""
    archive = np.load(path, allow_pickle=False)
    if isinstance(archive, np.ndarray):
        raise ValueError("a single array")
    with archive:
        return {name: np.asarray(archive[name]) for name in archive}


def _from_arrays(path: Path, arrays: dict[str, AnyArray]) -> Stored:
    seeds = _column(path, arrays, "seeds", WHOLE)
    lengths = _column(path, arrays, "lengths", WHOLE, len(seeds))
    steps = int(lengths.sum())
    numbers = _column(path, arrays, "episodes", WHOLE, steps)
    if (lengths < 0).any() or not np.array_equal(numbers, np.repeat(np.arange(len(seeds)), lengths)):
        raise refusal(path, "its `episodes` and `lengths` don't tell the same episodes")
    ends = [0, *np.cumsum(lengths).tolist()]
    actions = _column(path, arrays, "actions", WHOLE, steps).tolist()
    chosen = _column(path, arrays, "is_chosen", CLAIMS, steps).tolist()
    returns = _column(path, arrays, "returns", NUMBERS, len(seeds)).tolist()
    reached: list[bool | None] = [None] * len(seeds)
    if "successes" in arrays:
        reached = _column(path, arrays, "successes", CLAIMS, len(seeds)).tolist()
    if arrays["observations"].dtype.kind not in NUMBERS or len(arrays["observations"]) != steps:
        raise refusal(path, f"its `observations` aren't numbers, one entry for each of {steps} steps")
    pieces = [slice(*span) for span in pairwise(ends)]
    told = zip(seeds.tolist(), pieces, returns, reached, strict=True)
    return Stored(
        episodes=[StoredEpisode(seed, actions[at], chosen[at], paid, success) for seed, at, paid, success in told],
        env_id=_word(path, arrays, "env_id"),
        kwargs=_kwargs(path, _word(path, arrays, "kwargs")),
        model=_word(path, arrays, "model"),
        how=_word(path, arrays, "how"),
        attempted=_count(path, arrays["attempted"]) if "attempted" in arrays else None,
        costs={name: _column(path, arrays, name, WHOLE, len(seeds)) for name in COSTS if name in arrays},
        observations=arrays["observations"],
    )


def _column(path: Path, arrays: dict[str, AnyArray], name: str, kinds: str, length: int | None = None) -> AnyArray:
    array = arrays[name]
    if array.ndim != 1 or array.dtype.kind not in kinds or length not in (None, len(array)):
        shape = "one dimension" if length is None else f"shape ({length},)"
        kind = {WHOLE: "whole numbers", NUMBERS: "numbers", CLAIMS: "booleans"}[kinds]
        raise refusal(path, f"its `{name}` needs {kind} of {shape}, and has {array.dtype} of {array.shape}")
    return array


def _word(path: Path, arrays: dict[str, AnyArray], name: str) -> str:
    array = arrays[name]
    if array.ndim or array.dtype.kind != "U":
        raise refusal(path, f"its `{name}` needs to be a text, and is {array.dtype} of {array.shape}")
    return str(array)


def _count(path: Path, array: AnyArray) -> int:
    if array.ndim or array.dtype.kind not in WHOLE:
        raise refusal(path, f"its `attempted` needs to be a whole number, and is {array.dtype} of {array.shape}")
    return int(array)


def _kwargs(path: Path, text: str) -> dict[str, Any]:
    try:
        kwargs = json.loads(text)
    except (ValueError, RecursionError):
        kwargs = None
    if not isinstance(kwargs, dict):
        raise refusal(path, "its `kwargs` needs to be an object of JSON, as a text")
    return kwargs
