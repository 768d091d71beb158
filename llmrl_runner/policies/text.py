"""A table as an LLM is shown it: compact, and in the very form in which it has to answer."""

from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.policies.table_boxes import Box, boxes_of_table, painted
from llmrl_runner.policies.table_form import TableForm


def table_text(entries: IntArray, form: TableForm, max_rows: int | None = None) -> str:
    """A table (n_cells, dims) as rows with ranges and `*`, the general row first and exceptions below it.

    Without a cap `parse_table` gives back the same entries, exactly. With one, the rows that set the most cells are
    kept and a last line says what is missing.
    """
    boxes = boxes_of_table(entries, form.bins)
    kept = boxes[:max_rows]
    rows = [_row(box, form.bins) for box in kept]
    if len(kept) < len(boxes):
        rows.append(_remark(entries, form.bins, kept, len(boxes)))
    return "\n".join(rows)


def _row(box: Box, bins: tuple[int, ...]) -> str:
    spans = [_span(first, last, size) for first, last, size in zip(box.first, box.last, bins, strict=True)]
    return " | ".join([*spans, *(str(choice) for choice in box.choices)])


def _span(first: int, last: int, size: int) -> str:
    if first == last:
        return str(first)
    return "*" if last - first == size - 1 else f"{first}-{last}"


def _remark(entries: IntArray, bins: tuple[int, ...], kept: list[Box], n_rows: int) -> str:
    """How much of the table the rows above it don't show, counted on the table that they make."""
    wrong = int((painted(kept, bins) != entries).any(axis=1).sum())
    share = f"{wrong} of {len(entries)} cells ({wrong / len(entries):.0%})"
    return f"# {n_rows - len(kept)} of {n_rows} rows are left out; in {share} the policy differs from the rows above"
