"""Looking into half-trusted JSON: a run may be broken, so each look says what type it wants and may get None."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]
Interval: TypeAlias = tuple[float, float]


def value_at(record: JsonObject, *path: str) -> Any:
    """The value under nested keys, None where any of them is missing."""
    value: Any = record
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def number(record: JsonObject, *path: str) -> float | None:
    """A finite number under nested keys, else None. Booleans aren't numbers."""
    value = value_at(record, *path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer of hundreds of digits
        return None


def interval(record: JsonObject, *path: str) -> Interval | None:
    """The pair [low, high] of finite numbers under nested keys, else None."""
    value = value_at(record, *path)
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = (number({"bound": bound}, "bound") for bound in value)
    return None if low is None or high is None else (low, high)


def word(record: JsonObject, *path: str) -> str | None:
    """A non-empty string under nested keys, else None."""
    value = value_at(record, *path)
    return value if isinstance(value, str) and value else None


def optimum_value(result: JsonObject) -> float | None:
    """The optimum of a result.json, which is a number or an object with a `value`; None where it isn't known."""
    value = number(result, "optimum")
    return number(result, "optimum", "value") if value is None else value


def section(record: JsonObject, *path: str) -> JsonObject:
    """The mapping under nested keys, empty where there is none."""
    value = value_at(record, *path)
    return value if isinstance(value, Mapping) else {}
