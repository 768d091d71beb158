"""What a study is: its arms, its question, how it is swept, and what a reader should know. Its own file says so.

conf/experiment/<study>/ has a YAML an arm and study.md: a few settings between two lines of three dashes, the question
in the first paragraphs, and from the first `## ` on what stands below the results.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from llmrl_runner.config.errors import ConfigError, nearest

FILE = "study.md"
FENCE = "---\n"
BOARD, LEARNING, CHECKS = "board", "learning", "checks"
TABLES = (BOARD, LEARNING, CHECKS)
SETTINGS = ("title", "sweeps", "tables", "thresholds", "arms")


@dataclass(frozen=True)
class About:
    """A study. arms: as `experiment=` names them. sweeps: for each the words that follow `python run.py -m`.

    tables: what its README shows of the results: `board` (held-out scores and what they took, arm by arm), `learning`
    (curves and tables of networks, seed by seed) or `checks` (of reward_gen). thresholds: the return that is good
    enough, by environment. names: what the page calls arms, where that isn't to follow from their settings.
    """

    name: str
    arms: list[str]
    title: str
    sweeps: list[list[str]]
    question: str = ""
    notes: str = ""
    tables: list[str] = field(default_factory=lambda: [BOARD])
    thresholds: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def read_studies(experiments: Path) -> dict[str, About]:
    """Each study in conf/experiment by its name. Raises ConfigError, which names the file, where one can't be read."""
    folders = sorted(path for path in experiments.glob("*") if any(path.glob("*.yaml")))
    return {folder.name: read_study(folder) for folder in folders}


def read_study(folder: Path) -> About:
    """One study. Without a study.md it is all of its arms as one sweep, and its README has a table and no words."""
    arms = [f"{folder.name}/{path.stem}" for path in sorted(folder.glob("*.yaml"))]
    path = folder / FILE
    settings, text = _parts(path) if path.exists() else ({}, "")
    question, _, notes = f"\n{text}".partition("\n## ")
    return About(
        name=folder.name,
        arms=arms,
        title=str(settings.get("title", folder.name)),
        sweeps=[_with_arms(_split(words, path), arms) for words in _list(settings, "sweeps", [""], path)],
        question=question.strip(),
        notes=f"## {notes.strip()}" if notes else "",
        tables=_known_tables(_list(settings, "tables", [BOARD], path), path),
        thresholds=_thresholds(settings.get("thresholds", {}), path),
        names=_names(settings.get("arms", {}), arms, path),
    )


def _parts(path: Path) -> tuple[dict[str, Any], str]:
    """The settings and the text below them."""
    text = path.read_text(encoding="utf-8")
    head, fence, below = text.removeprefix(FENCE).partition(f"\n{FENCE}")
    try:
        settings = yaml.safe_load(head) if text.startswith(FENCE) and fence else None
    except yaml.YAMLError as error:
        raise ConfigError("", f"{path}: its settings are not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(settings, dict):
        raise ConfigError("", f"{path}: begins with settings between two lines of three dashes")
    for key in settings:
        if key not in SETTINGS:
            raise ConfigError("", f"{path}: there is no setting '{key}'{nearest(str(key), SETTINGS)}")
    return settings, below


def _list(settings: Mapping[str, Any], key: str, default: list[str], path: Path) -> list[str]:
    found = settings.get(key, default)
    if not isinstance(found, list) or not all(isinstance(entry, str) for entry in found):
        raise ConfigError("", f"{path}: {key}: needs a list of texts, got {found!r}")
    return found


def _split(words: str, path: Path) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise ConfigError("", f"{path}: sweeps: can't be split into words ({error}): {words}") from error


def _thresholds(found: Any, path: Path) -> dict[str, float]:
    if not isinstance(found, dict) or not all(isinstance(level, int | float) for level in found.values()):
        raise ConfigError("", f"{path}: thresholds: needs a number for each environment, got {found!r}")
    return {str(env): float(level) for env, level in found.items()}


def _names(found: Any, arms: Sequence[str], path: Path) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        raise ConfigError("", f"{path}: arms: needs a name for each arm, got {found!r}")
    files = [arm.partition("/")[2] for arm in arms]
    for arm in found:
        if arm not in files:
            raise ConfigError("", f"{path}: arms: there is no arm '{arm}'{nearest(str(arm), files)}")
    return {f"{path.parent.name}/{arm}": name for arm, name in found.items()}


def _with_arms(words: list[str], arms: list[str]) -> list[str]:
    """The words of a sweep over all arms, unless they say over which."""
    if any(word.startswith("experiment=") for word in words):
        return words
    return [f"experiment={','.join(arms)}", *words]


def _known_tables(tables: list[str], path: Path) -> list[str]:
    for table in tables:
        if table not in TABLES:
            raise ConfigError(
                "", f"{path}: tables: '{table}' is not one of {', '.join(TABLES)}{nearest(table, TABLES)}"
            )
    return tables
