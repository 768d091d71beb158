"""Every answer of a run, one JSON line each, written as it arrives."""

import json
import os
import threading
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError

Record = dict[str, Any]


class Transcript:
    """The answers in `path`, and room for more. Threads may append at once; a kill loses nothing that was appended.

    Opening it cuts off a last line that a kill left unfinished. Raises ConfigError, naming file and line, where another
    line can't be read: that is damage that nobody should paper over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self.records: list[Record] = read_lines(path)
        self._by_key: dict[str, Record] = {record["key"]: record for record in self.records}

    def find(self, key: str) -> Record | None:
        """The line with this key, if the run already has its answer."""
        return self._by_key.get(key)

    def append(self, record: Record) -> None:
        """Add a line and have it on the operating system's side before returning. Raises OSError on a full disk."""
        line = json.dumps(record, ensure_ascii=False) + "\n"
        with self._lock:
            # A lone surrogate of a broken answer becomes its JSON escape, so that it survives the round trip.
            append_bytes(self.path, line.encode("utf-8", "backslashreplace"))
            self.records.append(record)
            self._by_key[record["key"]] = record


def append_bytes(path: Path, data: bytes) -> None:
    """Add `data` by one write, or nothing of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        if os.write(descriptor, data) != len(data):
            os.ftruncate(descriptor, size)
            raise OSError(f"{path}: only a part of an answer could be written; is the disk full?")
    finally:
        os.close(descriptor)


def read_lines(path: Path) -> list[Record]:
    """The records of a JSONL file, mended where its last line was torn; none where there is no file."""
    if not path.exists():
        return []
    data = path.read_bytes()
    *lines, last = data.split(b"\n")
    records = [read_record(line, path, number) for number, line in enumerate(lines, start=1) if line.strip()]
    if last:
        records += mend_last_line(path, last, len(data) - len(last), number=len(lines) + 1)
    return records


def mend_last_line(path: Path, last: bytes, start: int, number: int) -> list[Record]:
    """A last line without its newline: kept where it is whole, else cut off at byte `start`, in one system call."""
    try:
        record = read_record(last, path, number)
    except ConfigError:
        os.truncate(path, start)
        return []
    append_bytes(path, b"\n")
    return [record]


def read_record(line: bytes, path: Path, number: int) -> Record:
    """One line. Raises ConfigError with the file and the line's number."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ConfigError("", f"{path}, line {number}: not JSON ({error})") from error
    if not isinstance(record, dict) or "key" not in record:
        raise ConfigError("", f"{path}, line {number}: not an answer (an object with a `key`)")
    return record
