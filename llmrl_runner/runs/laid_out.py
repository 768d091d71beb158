"""Maps and columns in a text that is shown as Markdown: fenced, so that each letter stays where it was put."""

import re
from collections.abc import Iterator
from itertools import groupby

FENCE = "```"
FENCES = (FENCE, "~~~")
GAPS = re.compile(r"\S {2,}\S")  # columns that spaces hold apart, as in a map
INDENTED = re.compile(r" {4,}\S")  # the head of a map's columns
COLUMNS = re.compile(r"\S \| .*\S \| ?\S")  # columns behind bars
RULE = re.compile(r"[\s|:-]*-{3}[\s|:-]*")  # below a Markdown table's head: that is laid out already
FEWEST_LINES = 2


def with_layouts_fenced(text: str) -> str:
    """`text` with each run of two or more lines in columns put between fences; what is fenced already stays."""
    return "\n".join(_lines(text.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    for is_laid_out, group in groupby(_marked(lines), key=lambda pair: pair[1]):
        block = [line for line, _ in group]
        is_fenced = is_laid_out and len(block) >= FEWEST_LINES and not any(map(RULE.fullmatch, block))
        yield from ["", FENCE, *block, FENCE, ""] if is_fenced else block


def _marked(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each line with whether it is laid out in columns, outside of what is fenced."""
    is_inside = False
    for line in lines:
        is_fence = line.lstrip().startswith(FENCES)
        is_inside = is_inside != is_fence
        yield line, not is_inside and not is_fence and _is_in_columns(line)


def _is_in_columns(line: str) -> bool:
    return any((GAPS.search(line), INDENTED.match(line), COLUMNS.search(line)))
