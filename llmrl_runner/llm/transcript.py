"""Every answer of a run, one JSON line each, written as it arrives."""

import json
import os
import threading
from pathlib import Path

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm.lines import TRANSCRIBED, Record, read_line


class Transcript:
    """The answers in `path`, and room for more. Threads may append at once; a kill loses nothing that was appended.

    Opening it cuts off a last line that a kill left unfinished. Raises ConfigError, naming file and line, where another
    line can't be read: that is damage that nobody should paper over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        mend_last_line(path)
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
    """The records of a transcript, but for a last line that was torn; none where there is no file. Writes nothing."""
    *lines, last = path.read_bytes().split(b"\n") if path.exists() else [b""]
    whole = lines if is_torn(last) else [*lines, last]
    return [read_record(line, path, number) for number, line in enumerate(whole, start=1) if line.strip()]


def mend_last_line(path: Path) -> None:
    """A last line without its newline gets it where it is whole, else it is cut off, in one system call."""
    data = path.read_bytes() if path.exists() else b""
    start = data.rfind(b"\n") + 1
    if is_torn(data[start:]):
        os.truncate(path, start)
    elif data[start:]:
        append_bytes(path, b"\n")


def is_torn(last: bytes) -> bool:
    """Whether what follows the last newline is the beginning of a line: no part of a JSON object is JSON."""
    try:
        json.loads(last or b"{}")
    except ValueError:
        return True
    return False


def read_record(line: bytes, path: Path, number: int) -> Record:
    """One line. Raises ConfigError with the file, the line's number and what to do."""
    try:
        return read_line(line, TRANSCRIBED)
    except ValueError as error:
        cure = "mend the line, or start the run afresh with rerun=true"
        raise ConfigError("", f"{path}, line {number}: {error}; {cure}") from error
