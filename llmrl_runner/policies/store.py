"""Policies as files: readable JSON to load again, CSV for a spreadsheet, and a picture."""

import json
from pathlib import Path
from typing import Any

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.files.whole import write_json, write_text
from llmrl_runner.policies.base import PolicyParseError
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.policies.picture import policy_picture
from llmrl_runner.policies.table import TablePolicy

CANDIDATE = "candidate.json"
SHEET = "policy.csv"
PICTURE = "policy.png"

StoredPolicy = TablePolicy | LinearPolicy


def save_policy(policy: StoredPolicy, folder: Path, config: EnvConfig) -> None:
    """Write candidate.json, policy.csv (tables) and policy.png into `folder`, each of them whole or not at all."""
    write_json(folder / CANDIDATE, policy.to_json(), indent=1)
    if isinstance(policy, TablePolicy):
        write_text(folder / SHEET, policy.to_csv())
    policy_picture(policy, config, folder / PICTURE, env_map(config))


def load_policy(folder: Path, environment: Environment) -> StoredPolicy:
    """The policy in `folder`. Raises ConfigError, with the cure, where it is damaged or doesn't fit the environment."""
    path = folder / CANDIDATE
    try:
        return policy_from_json(json.loads(path.read_text(encoding="utf-8")), environment)
    except (OSError, ValueError, KeyError, TypeError) as error:
        cure = f"delete {folder}, and the same command does it again, from the same answers"
        raise ConfigError("", f"{path}: can't be read ({error}); {cure}") from error


def policy_from_json(data: dict[str, Any], environment: Environment) -> StoredPolicy:
    """The policy that a `to_json` wrote. Raises PolicyParseError where its form is unknown or it doesn't fit."""
    form = data.get("form") if isinstance(data, dict) else None
    if form == TablePolicy.form:
        return TablePolicy.from_json(data, environment.cells, environment.actions)
    if form == LinearPolicy.form:
        return LinearPolicy.from_json(data, environment.actions, environment.observations.names)
    raise PolicyParseError(f"`{form}` is no form of a policy; known: {TablePolicy.form}, {LinearPolicy.form}")


def env_map(config: EnvConfig) -> tuple[str, ...] | None:
    """The rows of an environment's map in letters, where it has one (`desc`, as Gymnasium's grid worlds do)."""
    env = make_env(config)
    described = getattr(env.unwrapped, "desc", None)
    env.close()
    if described is None:
        return None
    return tuple("".join(part.decode() if isinstance(part, bytes) else str(part) for part in row) for row in described)
