"""Files and folders that are either whole or not there: written under a temporary name beside it, then renamed."""

import glob
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    """Write `text` so that a reader never sees half of it."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")  # a model may write half a character


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` so that a reader never sees half of it."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_json(path: Path, data: Any, indent: int = 2) -> None:
    """Write `data` as readable JSON, whole or not at all. NaN and infinity are refused: unknown is null."""
    write_text(path, json.dumps(data, indent=indent, allow_nan=False, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """The JSON in `path`. Raises ValueError naming the file where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: not JSON ({error})") from error


def copy_folder(source: Path, target: Path) -> None:
    """Make `target` a copy of `source`, replacing what was there only once the copy is whole."""
    temporary = _temporary(target)
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        _copy_tree(source, temporary)
        shutil.rmtree(target, ignore_errors=True)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _copy_tree(source: Path, target: Path) -> None:
    """shutil.copytree, with one plain OSError for the many that it gathers: a full disk fails every file alike."""
    try:
        shutil.copytree(source, target)
    except shutil.Error as error:
        source_file, _, words = error.args[0][0]
        number = re.match(r"\[Errno (\d+)\] ([^:]*)", words)
        raise OSError(int(number[1]) if number else None, number[2] if number else words, source_file) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path for a writer of any kind; it gets the name `path` at the end, or goes where the writer fails."""
    temporary = _temporary(path)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def leftovers(path: Path) -> list[Path]:
    """What writers of `path` left beside it that were killed before they could rename it."""
    return sorted(path.parent.glob(f".{glob.escape(path.name)}.*.tmp"))


def _temporary(path: Path) -> Path:
    """In the same folder, where renaming is one step; with the process's number, since two may write the same file."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")
