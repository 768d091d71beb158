"""Turn `pip freeze` into requirements.lock: exact versions that hold on any machine. `make lock` runs it.

Left out are this project itself, whatever names a file or an address, and the CUDA packages, which pip adds by itself
where torch's build wants them. `torch==2.13.0+cpu` is written `torch==2.13.0`, since PyPI has no such local versions.
What pyproject.toml wants on some machines alone is wanted in the lock on those alone.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
HEADER = """\
# Every package of the development environment, exactly. Made by `make lock` (a fresh environment, pip install of what
# pyproject.toml asks for, pip freeze); installed by `make sync`. Don't edit: change pyproject.toml and make it again.
"""
ONLY_WITH_CUDA = re.compile(r"^(nvidia|cuda|triton)\b", re.IGNORECASE)
OURSELVES = re.compile(r"^llmrl[-_.]runner\b", re.IGNORECASE)
LOCAL_VERSION = re.compile(r"\+[\w.]+$")


def locked_lines(freeze: Iterable[str], markers: Mapping[str, str] | None = None) -> list[str]:
    """The lines of `pip freeze` that belong in a lock, without local versions, in alphabetical order.

    markers: canonical name of a package -> the environment marker that goes behind its line.
    """
    pinned = [line.strip() for line in freeze if re.match(r"^[\w.-]+==\S+$", line.strip())]
    portable = [line for line in pinned if not (ONLY_WITH_CUDA.match(line) or OURSELVES.match(line))]
    return sorted((_marked(LOCAL_VERSION.sub("", line), markers or {}) for line in portable), key=str.lower)


def _marked(line: str, markers: Mapping[str, str]) -> str:
    marker = markers.get(_canonical(line.partition("==")[0]))
    return f"{line} ; {marker}" if marker else line


def wanted_markers(pyproject: Path = PYPROJECT) -> dict[str, str]:
    """The environment markers of what pyproject.toml asks for, `sys_platform == 'linux'` say, by canonical name."""
    project = tomllib.loads(pyproject.read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    marked = [match for line in lines if (match := re.match(r"([\w.-]+)[^;]*;\s*(.+)", line))]
    return {_canonical(match[1]): match[2].strip() for match in marked}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Read a freeze from standard input, write a lock to standard output."""
    print(HEADER + "\n".join(locked_lines(sys.stdin, wanted_markers())))


if __name__ == "__main__":
    main()
