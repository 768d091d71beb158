"""The arms of a comparison: runs that differ in nothing but seed, environment and what shapes no result."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from llmrl_runner.runs.identity import shapes_a_result
from llmrl_runner.runs.lookup import JsonObject, section
from llmrl_runner.runs.reward_result import WRITTEN
from llmrl_runner.runs.wording import NO_MODEL

Settings: TypeAlias = tuple[tuple[str, str], ...]  # sorted pairs of a dotted key of config.yaml and its value as JSON
Names: TypeAlias = Mapping[Settings, str]  # what somebody who knows calls some of the arms

TOLD = ("text", "encoder", "advice", "advice_source", "reward", "warm_start")  # what `_told` has words for
LONGEST_VALUE = 40  # characters of one value in a label
NO_NAMES: Names = MappingProxyType({})


def arm_settings(config: JsonObject) -> Settings:
    """What the runs of an arm share."""
    return tuple(sorted(pair for pair in _leaves(config) if _is_an_arms(pair[0])))


def env_settings(config: JsonObject) -> Settings:
    """The environment as the run had it, overrides included: runs with the same one stand in one row."""
    return tuple(sorted(_leaves(section(config, "env"), "env.")))


def arm_titles(llms: Mapping[Settings, str], names: Names = NO_NAMES) -> dict[Settings, str]:
    """`llm=replay policy=linear`: the LLM of each arm, its method where there are several or no LLM is asked, and those
    settings of the method that differ between arms of the same one; or its name."""
    several = len({_method(arm) for arm in llms}) > 1
    titles = {}
    for arm, llm in llms.items():
        alike = [other for other in llms if _method(other) == _method(arm)]
        keys = [key for key in _differing(alike) if key.startswith("method.") and key != "method.runner"]
        named = ["method.name"] if several or llm == NO_MODEL else []
        asked = [] if llm == NO_MODEL else [f"llm={llm}"]
        titles[arm] = names.get(arm) or " ".join([*asked, *_words(arm, named), *_words(arm, keys)])
    return told_apart(titles)


def short_titles(llms: Mapping[Settings, str], names: Names = NO_NAMES) -> dict[Settings, str]:
    """As few words as tell the arms apart: the arm's name, or `demos`, which is what a training began with, or which
    reward it had, else the method's name; where several arms share that, with what differs between them of the method,
    the training and the LLM's name."""
    titles = {arm: names.get(arm) or _named(arm, llm) for arm, llm in llms.items()}
    same: dict[str, list[Settings]] = defaultdict(list)
    for arm, title in titles.items():
        same[title].append(arm)
    told = {arm: " ".join([title, *_what_differs(arm, same[title], llms)]) for arm, title in titles.items()}
    return told_apart(told)


def _named(arm: Settings, llm: str) -> str:
    reward = _said(arm, "method.reward")
    if _said(arm, "method.advice"):
        return _told(arm)
    if reward == WRITTEN:
        return f"llm={llm}"
    return _said(arm, "method.init") or reward or _said(arm, "method.name") or "arm"


def _told(arm: Settings) -> str:
    """What a network is told beside the state: `instruction, hint (random)`; a control is named in brackets."""
    text, encoder, advice, source, reward, warm_start = (_said(arm, f"method.{key}") for key in TOLD)
    words = [f"{text} (hash)" if encoder == "hash" else text, advice if source == "llm" else f"{advice} ({source})"]
    words = [word for word, switch in zip(words, (text, advice), strict=True) if switch != "none"]
    words += [reward] if reward != "none" else []
    words += ["warm start"] if warm_start != "none" else []
    return ", ".join(words) or "nothing told"


def _what_differs(arm: Settings, alike: Collection[Settings], llms: Mapping[Settings, str]) -> list[str]:
    shaping = ("method.", "training.")
    named = ("method.runner", *(f"method.{key}" for key in TOLD if _said(arm, "method.advice")))
    keys = [key for key in _differing(alike) if key.startswith(shaping) and key not in named]
    several = len({llms[other] for other in alike}) > 1
    return [*([f"llm={llms[arm]}"] if several else []), *_words(arm, keys)]


def _said(arm: Settings, key: str) -> str:
    return dict(arm).get(key, "").strip('"')


def _method(arm: Settings) -> str:
    return dict(arm).get("method.name", "")


def told_apart(labels: Mapping[Settings, str]) -> dict[Settings, str]:
    """The labels, and where several are the same, all that differs between theirs added to them."""
    same: dict[str, list[Settings]] = defaultdict(list)
    for settings, label in labels.items():
        same[label].append(settings)
    return {
        settings: " ".join([label, *_words(settings, _differing(same[label], is_absence_different=True))])
        for settings, label in labels.items()
    }


def _leaves(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", json.dumps(value, default=str, ensure_ascii=False)


def _is_an_arms(key: str) -> bool:
    return key != "seed" and not key.startswith("env.") and shapes_a_result(key)


def _differing(several: Collection[Settings], is_absence_different: bool = False) -> list[str]:
    values: dict[str, list[str]] = defaultdict(list)
    for settings in several:
        for key, value in settings:
            values[key].append(value)
    return [
        key
        for key, found in values.items()
        if len(set(found)) > 1 or (is_absence_different and len(found) < len(several))
    ]


def _words(settings: Settings, keys: Collection[str]) -> list[str]:
    """`policy=linear`; nothing of a setting that is null, which leaves it to something else."""
    return [f"{_short(key)}={_cut(value.strip(chr(34)))}" for key, value in settings if key in keys and value != "null"]


def _short(key: str) -> str:
    if key in ("method.name", "training.name"):
        return key.removesuffix(".name")
    return key.removeprefix("method.").removeprefix("env.").removeprefix("training.")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
