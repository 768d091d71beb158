"""What a file of demonstrations says, checked for its form alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.rl.demonstrations import EpisodeError

KEY = "method.demos.path"
LARGEST = 2**63 - 1  # that arrays hold
RANGE = "between 0 and 2**63 - 1"
COSTS = ("calls", "prompt_tokens", "completion_tokens")
# The kinds of numbers that numpy may have stored: whole ones, any, and claims.
WHOLE, NUMBERS, CLAIMS = "iu", "iuf", "b"


@dataclass(frozen=True)
class StoredEpisode:
    """An episode as a file tells it; None for what it doesn't say."""

    seed: int
    actions: list[int]
    is_chosen: list[bool]
    episode_return: float | None = None
    success: bool | None = None


@dataclass(frozen=True)
class Stored:
    """A file's episodes and what it says of their origin. costs, observations: see Demonstrations."""

    episodes: list[StoredEpisode]
    env_id: str
    kwargs: dict[str, Any] | None
    model: str
    how: str
    attempted: int | None
    costs: dict[str, AnyArray] = field(default_factory=dict)
    observations: AnyArray | None = None


def refusal(path: Path, problem: str) -> ConfigError:
    """What to raise for a file."""
    return ConfigError(KEY, f"{path}: {problem}")


def read_stored(path: Path) -> Stored:
    """What the file says. Raises ConfigError where it can't be read or is no such file, EpisodeError for an episode."""
    readers = {".json": _of_json, ".npz": _of_arrays}
    if path.suffix not in readers:
        raise refusal(path, "needs to be a .json or .npz file of demonstrations")
    if not path.is_file():
        raise refusal(path, "there is no such file")
    try:
        stored = readers[path.suffix](path)
    except OSError as error:
        raise refusal(path, f"can't be read ({error})") from error
    _check_episodes(path, stored.episodes)
    return stored


# ----------------------------------------------------------------------------------------------------------- .json


def _of_json(path: Path) -> Stored:
    try:
        read = json.loads(path.read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise refusal(path, f"is no JSON ({error})") from error
    told = read if isinstance(read, dict) else {}
    trajectories, env_id, kwargs = told.get("trajectories"), told.get("env_id"), told.get("kwargs")
    if not isinstance(trajectories, list) or not isinstance(env_id, str):
        raise refusal(path, "needs an object with `env_id` and a list of `trajectories`, each of a seed and actions")
    if kwargs is not None and not isinstance(kwargs, dict):
        raise refusal(path, "`kwargs` needs to be an object")
    # A file that counts as many successes as it has episodes says of each of them that it is one.
    all_succeed = True if told.get("successful") == len(trajectories) else None
    return Stored(
        episodes=[_trajectory(number, each, all_succeed) for number, each in enumerate(trajectories)],
        env_id=env_id,
        kwargs=kwargs,
        model=str(told.get("model") or ""),
        how=str(told.get("source") or ""),
        attempted=told["attempted"] if _is_whole(told.get("attempted")) else None,
    )


def _trajectory(number: int, told: Any, all_succeed: bool | None) -> StoredEpisode:
    if not isinstance(told, dict) or not isinstance(told.get("actions"), list) or "seed" not in told:
        raise EpisodeError(number, "needs a `seed` and a list of `actions`")
    actions, fallbacks = told["actions"], told.get("not_chosen", [])
    if not _is_whole(told["seed"]):
        raise EpisodeError(number, f"its seed is no whole number {RANGE}")
    if odd := [action for action in actions if not _is_whole(action)]:
        raise EpisodeError(number, f"its action {json.dumps(odd[0])[:40]} is no whole number {RANGE}")
    if not isinstance(fallbacks, list) or not all(_is_whole(step) and step < len(actions) for step in fallbacks):
        raise EpisodeError(number, "`not_chosen` needs to be a list of steps of the episode")
    paid, success = told.get("return"), told.get("success")
    if (paid is not None and not _is_figure(paid)) or not isinstance(success, bool | None):
        raise EpisodeError(number, "`return` needs to be a number, and `success` true or false")
    is_chosen = [step not in set(fallbacks) for step in range(len(actions))]
    return StoredEpisode(told["seed"], actions, is_chosen, paid, all_succeed if success is None else success)


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


# ------------------------------------------------------------------------------------------------------------ .npz


def _of_arrays(path: Path) -> Stored:
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
    with np.load(path, allow_pickle=False) as archive:
        if not isinstance(archive, Mapping):
            raise ValueError("a single array")
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


# ------------------------------------------------------------------------------------------------------------ both


def _check_episodes(path: Path, episodes: list[StoredEpisode]) -> None:
    """Raise where there are none, or one has a seed that can't be, or that another one has."""
    if not episodes:
        raise refusal(path, "it holds no episodes")
    first: dict[int, int] = {}
    for number, episode in enumerate(episodes):
        if not 0 <= episode.seed <= LARGEST:
            raise EpisodeError(number, f"its seed {episode.seed} is no whole number {RANGE}")
        if episode.seed in first:
            raise EpisodeError(number, f"its seed {episode.seed} is that of episode {first[episode.seed]} too")
        first[episode.seed] = number
