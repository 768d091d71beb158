"""Sizes of files in words."""

STEP = 1000
UNITS = ("B", "kB", "MB", "GB", "TB")


def size_words(size: float) -> str:
    """`512 B`, `1.5 MB`: in steps of a thousand."""
    for unit in UNITS[:-1]:
        if size < STEP:
            return f"{size:.0f} {unit}" if unit == UNITS[0] else f"{size:.1f} {unit}"
        size /= STEP
    return f"{size:.1f} {UNITS[-1]}"
