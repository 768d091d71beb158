"""Files of demonstrations: `.npz` with all their arrays, `.json` with seeds and actions, readable by people."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.files.whole import replacing, write_text
from llmrl_runner.rl.demonstrations import Demonstrations, EpisodeError, rebuild
from llmrl_runner.rl.stored_arrays import of_arrays
from llmrl_runner.rl.stored_demonstrations import Stored, StoredEpisode, check_episodes, refusal
from llmrl_runner.rl.stored_json import of_json

ARRAYS, TEXT = "demonstrations.npz", "demonstrations.json"
SAME = 1e-5  # relative and absolute: physics may differ by so much between machines
WORDS = ("env_id", "model", "how")


def write_demonstrations(folder: Path, demonstrations: Demonstrations) -> None:
    """Write demonstrations.npz and demonstrations.json into `folder`, each whole or not at all."""
    named = {name: getattr(demonstrations, name) for name in Demonstrations.__dataclass_fields__}
    arrays: dict[str, Any] = {name: value for name, value in named.items() if isinstance(value, np.ndarray)}
    arrays |= {name: np.array(named[name]) for name in WORDS}
    arrays["kwargs"] = np.array(json.dumps(demonstrations.kwargs, sort_keys=True))
    if demonstrations.attempted is not None:
        arrays["attempted"] = np.array(demonstrations.attempted)
    with replacing(folder / ARRAYS) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    write_text(folder / TEXT, demonstrations_text(demonstrations))


def demonstrations_text(demonstrations: Demonstrations) -> str:
    """demonstrations.json: who demonstrated what, and in a line for each episode its seed and its actions."""
    reached = demonstrations.successes
    head = {
        "env_id": demonstrations.env_id,
        "kwargs": demonstrations.kwargs,
        "model": demonstrations.model,
        "source": demonstrations.how,
        "attempted": demonstrations.attempted,
        "successful": None if reached is None else int(reached.sum()),
    }
    lines = [f"{json.dumps(key)}: {_line(value)}" for key, value in head.items()]
    episodes = ",\n  ".join(_line(trajectory) for trajectory in _trajectories(demonstrations))
    return "{" + ",\n ".join([*lines, f'"trajectories": [\n  {episodes}\n ]']) + "}\n"


def read_demonstrations(path: str | Path, config: EnvConfig) -> Demonstrations:
    """The demonstrations in a file, `.json` or `.npz`, every episode played again and held against what it says.

    Raises ConfigError for `method.demos.path`, with the file and the episode (from 0), where it can't be read, is of
    another environment, or holds an episode that can't be played again as the file tells it.
    """
    path = Path(path)
    try:
        stored = _read(path)
        _check_environment(path, stored, config)
        rebuilt = _rebuilt(config, stored.episodes)
        _check_scores(stored.episodes, rebuilt)
        if stored.observations is not None:
            _check_observations(path, stored.observations, rebuilt)
    except EpisodeError as error:
        raise refusal(path, str(error)) from error
    costs: dict[str, Any] = {name: column.astype(np.int64) for name, column in stored.costs.items()}
    return replace(rebuilt, model=stored.model, how=stored.how, attempted=stored.attempted, **costs)


def _read(path: Path) -> Stored:
    """What the file says. Raises ConfigError where it can't be read or is no such file, EpisodeError for an episode."""
    readers = {".json": of_json, ".npz": of_arrays}
    if path.suffix not in readers:
        raise refusal(path, "needs to be a .json or .npz file of demonstrations")
    if not path.is_file():
        raise refusal(path, "there is no such file")
    try:
        stored = readers[path.suffix](path)
    except OSError as error:
        raise refusal(path, f"can't be read ({error})") from error
    check_episodes(path, stored.episodes)
    return stored


def _trajectories(demonstrations: Demonstrations) -> list[dict[str, Any]]:
    actions = demonstrations.of_episodes(demonstrations.actions)
    chosen = demonstrations.of_episodes(demonstrations.is_chosen)
    reached = demonstrations.successes
    return [
        {
            "seed": int(seed),
            "actions": actions[number].tolist(),
            "return": float(demonstrations.returns[number]),
            "length": int(demonstrations.lengths[number]),
            "success": None if reached is None else bool(reached[number]),
            "not_chosen": np.flatnonzero(~chosen[number]).tolist(),
        }
        for number, seed in enumerate(demonstrations.seeds)
    ]


def _rebuilt(config: EnvConfig, episodes: list[StoredEpisode]) -> Demonstrations:
    seeds, actions = [each.seed for each in episodes], [each.actions for each in episodes]
    return rebuild(config, seeds, actions, [each.is_chosen for each in episodes])


def _check_environment(path: Path, stored: Stored, config: EnvConfig) -> None:
    """Raise ConfigError where it is another one. What a file doesn't say of it may be anything."""
    if stored.env_id != config.id:
        raise refusal(path, f"its episodes are of {stored.env_id}, and env={config.name} is {config.id}")
    if stored.kwargs is not None and stored.kwargs != dict(config.kwargs):
        raise refusal(path, f"its episodes were played with kwargs {stored.kwargs}, not with {dict(config.kwargs)}")


def _check_scores(episodes: list[StoredEpisode], rebuilt: Demonstrations) -> None:
    """Raise EpisodeError where an episode doesn't come to what it is said to."""
    for number, told in enumerate(episodes):
        paid = float(rebuilt.returns[number])
        if told.episode_return is not None and not math.isclose(paid, told.episode_return, rel_tol=SAME, abs_tol=SAME):
            raise EpisodeError(number, f"played again, it returns {paid:g}, not {told.episode_return:g}")
        reached = None if rebuilt.successes is None else bool(rebuilt.successes[number])
        if told.success is not None and reached is not None and told.success is not reached:
            problem = "a success, and played again it is none" if told.success else "no success, and played again it is"
            raise EpisodeError(number, f"it is said to be {problem}")


def _check_observations(path: Path, stored: AnyArray, rebuilt: Demonstrations) -> None:
    """Raise where they aren't those that the network sees now."""
    seen = rebuilt.observations
    if (stored.shape, stored.dtype) != (seen.shape, seen.dtype):
        problem = (
            f"its observations are {stored.dtype} of {stored.shape[1:]}, the network's {seen.dtype} of {seen.shape[1:]}"
        )
        raise refusal(path, f"{problem}; a .json file fits any network")
    same = np.isclose(stored, seen, SAME, SAME, equal_nan=True).reshape(len(seen), -1).all(axis=1)
    if not same.all():
        step = int(np.argmin(same))
        number = int(rebuilt.episodes[step])
        first = int(np.searchsorted(rebuilt.episodes, number))
        raise EpisodeError(number, f"played again, step {step - first} shows another observation than was stored")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
