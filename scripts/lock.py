"""Turn `pip freeze` into requirements.lock: exact versions that hold on any machine. `make lock` runs it.

Left out are this project itself, whatever names a file or an address, and the CUDA packages, which pip adds by itself
where torch's build wants them. `torch==2.13.0+cpu` is written `torch==2.13.0`, since PyPI has no such local versions.
"""

import re
import sys
from collections.abc import Iterable

HEADER = """\
# Every package of the development environment, exactly. Made by `make lock` (a fresh environment, pip install of what
# pyproject.toml asks for, pip freeze); installed by `make sync`. Don't edit: change pyproject.toml and make it again.
"""
ONLY_WITH_CUDA = re.compile(r"^(nvidia|cuda|triton)\b", re.IGNORECASE)
OURSELVES = re.compile(r"^llmrl[-_.]runner\b", re.IGNORECASE)
LOCAL_VERSION = re.compile(r"\+[\w.]+$")


def locked_lines(freeze: Iterable[str]) -> list[str]:
    """The lines of `pip freeze` that belong in a lock, without local versions, in alphabetical order."""
    pinned = [line.strip() for line in freeze if re.match(r"^[\w.-]+==\S+$", line.strip())]
    portable = [line for line in pinned if not (ONLY_WITH_CUDA.match(line) or OURSELVES.match(line))]
    return sorted((LOCAL_VERSION.sub("", line) for line in portable), key=str.lower)


def main() -> None:
    """Read a freeze from standard input, write a lock to standard output."""
    print(HEADER + "\n".join(locked_lines(sys.stdin)))


if __name__ == "__main__":
    main()
