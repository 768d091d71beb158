"""Demonstrations in a `.json` file: seeds and actions, as people write them."""

import json
from pathlib import Path
from typing import Any

from llmrl_runner.rl.demonstrations import EpisodeError
from llmrl_runner.rl.stored_demonstrations import LARGEST, RANGE, Stored, StoredEpisode, refusal


def of_json(path: Path) -> Stored:
    """What the file says. Raises ConfigError where it is no such file, EpisodeError for one of its episodes."""
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
