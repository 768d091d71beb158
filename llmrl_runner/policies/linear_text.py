"""Reading the weights that an LLM wrote, tolerantly, and showing those of a policy in the same form."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from llmrl_runner.answers.fences import split_fences
from llmrl_runner.answers.json_values import json_values
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.policies.base import PolicyParseError
from llmrl_runner.policies.cell_words import shorten
from llmrl_runner.policies.linear import LinearPolicy, row_counts

SHOWN_DIGITS = 5


@dataclass(frozen=True)
class ParsedLinear:
    """A linear policy as it was understood, and short lines for the LLM on what was mended."""

    policy: LinearPolicy
    problems: list[str]


def parse_linear(text: str, actions: ActionCodec, fields: Sequence[str]) -> ParsedLinear:
    """The linear policy in an LLM's answer: JSON `{"weights": [[...], ...], "bias": [...]}`, fenced or bare.

    weights may be a list of rows (one an output), one flat row where one is enough, or an object with a number or a
    list of numbers for each field (or for each output, an object or list). A missing bias is 0. The last usable
    object counts, fenced ones first. Raises PolicyParseError where none is usable.
    """
    first_fault = 'no JSON object with "weights" found'
    faults: list[str] = []
    for data in _candidates(text):
        try:
            return _read(data, actions, tuple(fields))
        except ValueError as fault:
            faults.append(str(fault))
    raise PolicyParseError(faults[0] if faults else first_fault)


def linear_text(policy: LinearPolicy) -> str:
    """The policy as JSON in the form that `parse_linear` reads, numbers rounded to five significant digits."""
    rows = [", ".join(_number(weight) for weight in row) for row in policy.weights]
    weights = ",\n             ".join(f"[{row}]" for row in rows)
    return f'{{"weights": [{weights}],\n "bias": [{", ".join(map(_number, policy.bias))}]}}'


def _candidates(text: str) -> Iterator[dict[str, Any]]:
    """Objects that hold weights: the last one of the last block first, text outside fences last of all."""
    fenced, outside = split_fences(text)
    for body in [*(block.body for block in reversed(fenced)), outside]:
        for value in reversed(json_values(body, allow_nan=True)):  # so that what is wrong with a NaN can be told
            found = _with_weights(value)
            if found is not None:
                yield found


def _with_weights(value: Any) -> dict[str, Any] | None:
    """The object itself, or the one in it (`{"policy": {"weights": ...}}`), under lower-case keys."""
    if not isinstance(value, dict):
        return None
    lowered = {key.strip().casefold(): part for key, part in value.items()}
    if "weights" in lowered:
        return lowered
    return next((inner for part in value.values() if (inner := _with_weights(part)) is not None), None)


def _read(data: dict[str, Any], actions: ActionCodec, fields: tuple[str, ...]) -> ParsedLinear:
    problems: list[str] = []
    rows = row_counts(actions)
    weights = _weights(data["weights"], actions, fields, problems)
    if len(weights) not in rows:
        wanted = f"{rows[0]} rows of weights needed, one for each of {', '.join(actions.names)}"
        raise ValueError(f"{wanted}; got {len(weights)}")
    bias = _bias(data, len(weights), actions, problems)
    return ParsedLinear(LinearPolicy(weights, bias, actions, fields), problems)


def _weights(written: Any, actions: ActionCodec, fields: tuple[str, ...], problems: list[str]) -> FloatArray:
    """The weights (a, f), whichever way they were written."""
    if isinstance(written, dict):
        by_output = {_key(name): row for name, row in written.items()}
        if set(by_output) == {_key(name) for name in actions.names} != {_key(name) for name in fields}:
            return _matrix([_row(by_output[_key(name)], fields, problems) for name in actions.names], fields)
        return _by_field(written, fields, problems)
    if not isinstance(written, list) or not written:
        raise ValueError("`weights` must be a list of rows")
    rows = [written] if not any(isinstance(row, list | dict) for row in written) else written
    return _matrix([_row(row, fields, problems) for row in rows], fields)


def _row(row: Any, fields: tuple[str, ...], problems: list[str]) -> list[Any]:
    """One output's weights in the order of the fields."""
    if isinstance(row, dict):
        weights = _by_field(row, fields, problems).tolist()
        if len(weights) != 1:
            raise ValueError("weights: one number a field needed in each row")
        return list(weights[0])
    return row if isinstance(row, list) else [row]


def _by_field(written: dict[str, Any], fields: tuple[str, ...], problems: list[str]) -> FloatArray:
    """Weights (a, f) of an object with a number, or a list of one number an output, for each field."""
    known = {_key(name): place for place, name in enumerate(fields)}
    given: dict[int, list[Any]] = {}
    for name, value in written.items():
        if _key(name) not in known:
            raise ValueError(f"weights: `{shorten(name)}` is no field; the fields are {', '.join(fields)}")
        given[known[_key(name)]] = value if isinstance(value, list) else [value]
    missing = [name for place, name in enumerate(fields) if place not in given]
    if missing:
        problems.append(f"no weight was given for {', '.join(missing)}; taken as 0")
    lengths = {len(values) for values in given.values()}
    if len(lengths) != 1:
        raise ValueError("weights: each field needs the same number of weights, one an output")
    zeros = [0.0] * lengths.pop()
    return _matrix([given.get(place, zeros) for place in range(len(fields))], zeros).T


def _matrix(rows: list[list[Any]], columns: Sequence[Any]) -> FloatArray:
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ValueError(f"weights: row {number} has {len(row)} numbers, {len(columns)} needed")
    return np.array([[_finite(number, "weights") for number in row] for row in rows]).reshape(len(rows), len(columns))


def _bias(data: dict[str, Any], outputs: int, actions: ActionCodec, problems: list[str]) -> FloatArray:
    written = data.get("bias", data.get("biases"))
    if written is None:
        problems.append("no bias was given; taken as 0")
        return np.zeros(outputs)
    if isinstance(written, dict):
        by_output = {_key(name): value for name, value in written.items()}
        written = [by_output.get(_key(name)) for name in actions.names]
    values = written if isinstance(written, list) else [written]
    if len(values) != outputs:
        raise ValueError(f"bias: {outputs} numbers needed, got {len(values)}")
    return np.array([_finite(value, "bias") for value in values])


def _finite(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise ValueError(f"{where}: `{shorten(json.dumps(value))}` is not a usable number")
    return float(value)


def _number(value: float) -> str:
    return f"{value:.{SHOWN_DIGITS}g}"


def _key(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").split()).casefold()
