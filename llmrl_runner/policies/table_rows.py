"""Finding the rows of a table in text: lines with separators, and JSON. What they say is read in table_text.py."""

import re
from dataclasses import dataclass
from typing import Any

from llmrl_runner.answers.json_values import json_values
from llmrl_runner.policies.cell_words import is_readable, shorten
from llmrl_runner.policies.table_form import Column, TableForm

COMMENT = re.compile(r"(?:(?:^|\s)#|//).*$")
BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+")
ARROW = re.compile(r"\s*(?:[)\]]?\s*(?:->|=>|→|⇒)|[)\]]\s*:)\s*")  # between state and action: `0 | 1 -> 2`, `(0, 1): 2`
BRACKETED = re.compile(r"\[([^\[\]]*)\]")
SEPARATORS = ("|", ",", ";", "\t", " ")
ROWS_KEYS = ("rows", "policy", "table", "entries")
ACTION_KEYS = {"action", "actions"}
REMARK_KEYS = {"comment", "note", "reason", "why", "explanation"}


@dataclass(frozen=True)
class RawRow:
    """A row as it was written: what stands in each column, or why there is none."""

    written: tuple[str, ...]
    complaint: str = ""


def find_rows(text: str, form: TableForm) -> list[RawRow]:
    """The rows in a block of text, JSON first, else line by line; rows that can't be right are among them."""
    return _rows_of_json(text, form) or [row for line in text.splitlines() for row in rows_of_line(line, form)]


def rows_of_line(line: str, form: TableForm) -> list[RawRow]:
    """The rows in one line: none, one, or one a pair of brackets."""
    line = COMMENT.sub("", line)
    groups = [group for group in BRACKETED.findall(line) if "," in group or "|" in group]
    if groups and not ARROW.search(line):
        return [row for group in groups for row in _row(group, form)]
    return _row(line, form)


def _row(line: str, form: TableForm) -> list[RawRow]:
    """The row in `line` as a list of one, or an empty list; a bullet before it is dropped where it fits better then."""
    readings = [_without_remark(_split(text), form) for text in (line, BULLET.sub("", line))]
    cells = max(readings, key=lambda cells: (len(cells) == form.width, all(_readable(cells, form))))
    return [RawRow(tuple(cells))] if _is_row(line, cells, form) else []


def _split(line: str) -> list[str]:
    """The cells of a line, by the strongest separator that it has."""
    separator = next((separator for separator in SEPARATORS if separator in line.strip()), " ")
    line = ARROW.sub(separator, line).strip()
    if separator == "|":
        return [cell.strip() for cell in line.strip("|").split("|")]
    line = line.strip("()[]{}., ")
    return [cell.strip() for cell in (line.split() if separator == " " else line.split(separator))]


def _without_remark(cells: list[str], form: TableForm) -> list[str]:
    """Cells without a last column of prose."""
    is_remark = len(cells) == form.width + 1 and not is_readable(cells[-1], None)
    return cells[:-1] if is_remark else cells


def _is_row(line: str, cells: list[str], form: TableForm) -> bool:
    """Lines with `|` are rows where any cell is readable, so that faults are told; others where all are."""
    if len(cells) < 2:
        return False
    readable = _readable(cells, form)
    return any(readable) if "|" in line else all(readable)


def _readable(cells: list[str], form: TableForm) -> list[bool]:
    columns: list[Column | None] = [*form.columns] if len(cells) == form.width else [None] * len(cells)
    return [is_readable(cell, column) for cell, column in zip(cells, columns, strict=True)]


# -------------------------------------------------------------------------------------------------------------- JSON


def _rows_of_json(text: str, form: TableForm) -> list[RawRow]:
    """The last list of rows in `text`; where there is none, the objects that are rows themselves."""
    rows: list[RawRow] = []
    singles: list[RawRow] = []
    for value in json_values(text):
        if isinstance(value, dict) and ACTION_KEYS & {_key(key) for key in value}:
            singles.append(_row_of_object(value, form))
        else:
            rows = _rows_of_value(value, form) or rows
    return rows or singles


def _rows_of_value(value: Any, form: TableForm) -> list[RawRow]:
    """Rows of a list of rows, or of an object that holds one."""
    if isinstance(value, dict):
        named = [value[key] for key in ROWS_KEYS if key in value]
        found = (_rows_of_value(part, form) for part in (named or value.values()))
        return next((rows for rows in found if rows), [])
    if not isinstance(value, list) or not any(isinstance(part, list | dict | str) for part in value):
        return []
    if all(not isinstance(part, list | dict) for part in value) and not all(isinstance(part, str) for part in value):
        return []  # a single row, `[0, "*", 1]`: lines are read elsewhere
    return [row for part in value for row in _rows_of_item(part, form)]


def _rows_of_item(item: Any, form: TableForm) -> list[RawRow]:
    if isinstance(item, dict):
        return [_row_of_object(item, form)]
    if isinstance(item, list):
        return [RawRow(tuple(_text(part) for part in _flat(item)))]
    return rows_of_line(item, form) if isinstance(item, str) else []


def _row_of_object(item: dict[str, Any], form: TableForm) -> RawRow:
    """`{"pole angle": "0-2", "action": 1}`; fields that aren't named match any value."""
    written = {_key(column.name): "*" for column in form.fields}
    actions = {_key(column.name): "" for column in form.actions}
    for key, value in item.items():
        name, values = _key(key), [_text(part) for part in _flat(value)]
        if name in ACTION_KEYS and len(values) == len(actions):
            actions = dict(zip(actions, values, strict=True))
        elif name == "state" and len(values) == len(written):
            written = dict(zip(written, values, strict=True))
        elif name in written or name in actions:
            (written if name in written else actions)[name] = " ".join(values)
        elif name not in REMARK_KEYS:
            return RawRow((), f"`{shorten(str(key))}` is neither a field nor the action")
    return RawRow((*written.values(), *actions.values()))


def _flat(value: Any) -> list[Any]:
    """`[[0, 1], 2]` as `[0, 1, 2]`: some write state and action apart."""
    if not isinstance(value, list):
        return [value]
    return [part for item in value for part in (item if isinstance(item, list) else [item])]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _key(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
