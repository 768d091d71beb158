"""The words of the command that a run's settings come from."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from hydra.core.override_parser.types import Quote, QuotedString
from omegaconf import OmegaConf

from llmrl_runner.config.composing import composition
from llmrl_runner.config.explain import explain

WORD = re.compile(r"[A-Za-z_][\w./-]*")
READ_OTHERWISE = ("null", "true", "false", "nan", "inf")
PPO = "ppo"  # whose settings name no algorithm
# What a person chooses anew with every command, and a run leaves the same.
LEFT_OUT = re.compile(r"(paths|display|sweep|rerun|estimate|continue_from|training\.algorithm)(\..*)?")


def words_of(config: Mapping[str, Any]) -> list[str] | None:
    """`method=...`, `env=...` and what else `python run.py` wants to be told to run with these settings again.

    config: a run's config.yaml. None where its method, environment or model is none of ours: what is usual there stands
    in a folder that isn't known here.
    """
    names = named(config)
    usual = _usual(*names)
    if usual is None:
        return None
    if _algorithm(config) != _algorithm(usual):
        names.append(f"training={_algorithm(config)}")
        usual = _usual(*names) or usual
    return [*names, *_changed(config, usual)]


def named(config: Mapping[str, Any]) -> list[str]:
    """The method, the environment, the model and the seed."""
    return [*(f"{group}={config[group]['name']}" for group in ("method", "env", "llm")), f"seed={config['seed']}"]


def _algorithm(config: Mapping[str, Any]) -> str:
    training = config.get("training")
    return str(training.get("algorithm", PPO)) if isinstance(training, Mapping) else PPO


@cache  # a report tells the commands of many runs
def _usual(*words: str) -> Mapping[str, Any] | None:
    try:
        usual = OmegaConf.to_container(composition(*words), resolve=True)
    except Exception as error:
        if explain(error) is None:
            raise
        return None
    assert isinstance(usual, dict)
    return {str(key): value for key, value in usual.items()}


def _changed(config: Mapping[str, Any], usual: Mapping[str, Any]) -> Iterator[str]:
    theirs = dict(_leaves(usual))
    for key, value in _leaves(config):
        if key in theirs and value != theirs[key] and not LEFT_OUT.fullmatch(key):
            yield f"{key}={as_typed(value)}"


def _leaves(node: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def as_typed(value: Any) -> str:
    """A value (text, number, flag, None, or lists and mappings of these) in the grammar of Hydra's overrides."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}:{as_typed(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_typed, value)) + "]"
    if isinstance(value, str):
        return value if WORD.fullmatch(value) and value.lower() not in READ_OTHERWISE else _quoted(value)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    return QuotedString(text, Quote.single).with_quotes()
