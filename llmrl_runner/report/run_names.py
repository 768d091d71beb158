"""Short names for runs that are looked at together: what sets them apart, fit to be a folder's name."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from llmrl_runner.report.arms import arm_settings, short_titles
from llmrl_runner.runs.lookup import JsonObject, number, word

LONGEST = 100  # characters
UNFIT = re.compile(r"[/\\\x00-\x1f\x7f]+")  # in a folder's name

Configs = Mapping[Path, JsonObject]


def run_names(configs: Configs) -> dict[Path, str]:
    """A name for each run folder, from the runs' configurations: `llm=random seed=1`.

    It says which method, LLM, settings, environment and seed a run has, as far as they aren't the same in all; a run
    alone is named by all of them. Where that tells no runs apart, the folder's own name does.
    """
    known = {folder: config for folder, config in configs.items() if word(config, "method", "name")}
    if len(known) == 1:
        names = {folder: _whole_name(config) for folder, config in known.items()}
    else:
        names = _differences(known)
    return _told_apart({folder: _fit(names.get(folder) or folder.name) for folder in configs})


def _whole_name(config: JsonObject) -> str:
    parts = [word(config, part, "name") or "" for part in ("method", "env", "llm")]
    return " ".join(filter(None, [*parts, f"seed={_seed(config)}"]))


def _differences(configs: Configs) -> dict[Path, str]:
    envs = {folder: word(config, "env", "name") or "" for folder, config in configs.items()}
    seeds = {folder: _seed(config) for folder, config in configs.items()}
    titles = _without_common_words(_titles(configs, envs))
    several_envs, several_seeds = len(set(envs.values())) > 1, len(set(seeds.values())) > 1
    return {
        folder: " ".join(
            [
                *titles[folder],
                *([f"env={envs[folder]}"] if several_envs else []),
                *([f"seed={seeds[folder]}"] if several_seeds else []),
            ]
        )
        for folder in configs
    }


def _titles(configs: Configs, envs: Mapping[Path, str]) -> dict[Path, list[str]]:
    """What tells each run's arm from the others in its environment, in words; settings may go by the environment."""
    arms = {folder: arm_settings(config) for folder, config in configs.items()}
    llms = {folder: word(config, "llm", "name") or "" for folder, config in configs.items()}
    methods = {folder: word(config, "method", "name") or "" for folder, config in configs.items()}
    titles: dict[Path, list[str]] = {}
    for env in set(envs.values()):
        here = [folder for folder in configs if envs[folder] == env]
        titled = short_titles({arms[folder]: llms[folder] for folder in here})
        titles |= {folder: titled[arms[folder]].split(" ") for folder in here}
    if len(set(methods.values())) > 1:
        return {
            folder: [methods[folder], *(w for w in words if w != methods[folder])] for folder, words in titles.items()
        }
    return titles


def _without_common_words(titles: Mapping[Path, list[str]]) -> dict[Path, list[str]]:
    """Titles without the words that all of them begin with; nothing is left where all are the same."""
    columns = list(zip(*titles.values(), strict=False))
    common = next((k for k, words in enumerate(columns) if len(set(words)) > 1), len(columns))
    if len({tuple(title) for title in titles.values()}) > 1:
        common = min(common, *(len(title) - 1 for title in titles.values()))
    return {folder: title[common:] for folder, title in titles.items()}


def _told_apart(names: Mapping[Path, str]) -> dict[Path, str]:
    """Names, with the run's folder behind those that several have, and a number where that isn't enough."""
    counts = Counter(names.values())
    told = {folder: name if counts[name] == 1 else f"{name} ({folder.name})" for folder, name in names.items()}
    taken: dict[str, int] = defaultdict(int)
    for folder, name in told.items():
        taken[name] += 1
        told[folder] = name if taken[name] == 1 else f"{name} #{taken[name]}"
    return told


def _seed(config: JsonObject) -> str:
    seed = number(config, "seed")
    return "unknown" if seed is None else f"{seed:.0f}"


def _fit(name: str) -> str:
    return UNFIT.sub("_", name).strip(" .")[:LONGEST].rstrip() or "run"
