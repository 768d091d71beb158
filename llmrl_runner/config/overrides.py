"""The words of a command before Hydra reads them."""

import re

CHOOSING = re.compile(r"(experiment|method|training)=(?P<options>.*)")
BELONGING = re.compile(r"(?P<key>(method|training)\.[\w.]+)=(?P<value>.+)")
SWEEPING = re.compile(r"(choice|range|interval|glob|shuffle|sort|tag)\(.*\)")
BRACKETS = re.compile(r"\[[^][]*\]|\{[^{}]*\}|'[^']*'|\"[^\"]*\"")


def late(arguments: list[str]) -> list[str]:
    """The arguments, with keys of a method or a training left until it is known which, where a sweep tries several.

    Hydra composes a sweep's configuration first without what is swept, and would find no such key in the default
    method. As a choice of one it is swept, too, and every job has it.
    """
    if not any(argument in ("-m", "--multirun") for argument in arguments):
        return arguments
    if not any((match := CHOOSING.fullmatch(argument)) and is_swept(match["options"]) for argument in arguments):
        return arguments
    return [_as_choice(argument) for argument in arguments]


def is_swept(value: str) -> bool:
    """Whether an override's value holds several: a list between commas, or one of Hydra's functions."""
    return "," in BRACKETS.sub("", value) or SWEEPING.fullmatch(value) is not None


def _as_choice(argument: str) -> str:
    match = BELONGING.fullmatch(argument)
    return argument if match is None or is_swept(match["value"]) else f"{match['key']}=choice({match['value']})"
