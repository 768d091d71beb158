"""A recording: a real model's answers to one run, kept in a file. scripts/record.py makes them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import LLMConfig
from llmrl_runner.llm.lines import RECORDED, TEXT, Record, read_line

FORMAT = 1


@dataclass(frozen=True)
class Recording:
    """header: method, env, model, how it was got, date; lines: the answers; digest: sha256 of the file."""

    path: Path
    header: Record
    lines: list[Record]
    digest: str

    @property
    def model(self) -> str:
        """Who answered."""
        return str(self.header["model"])


def recording_path(config: LLMConfig, method: str, env: str, recordings: Path) -> Path:
    """Where the answers are: `llm.recording`, or `<recordings>/<method>/<env>.jsonl`."""
    return Path(config.recording) if config.recording else recordings / method / f"{env}.jsonl"


def read_recording(path: Path, method: str, env: str, recordings: Path) -> Recording:
    """Read it whole. Raises ConfigError where it is missing (with those that there are), damaged, or another run's."""
    if not path.is_file():
        raise missing(path, method, env, recordings)
    data = path.read_bytes()
    first, *rest = data.split(b"\n")
    header = read_header(first, path)
    check_is_of(header, path, method, env)
    # What an answer may leave out.
    defaults = {"occurrence": 0, "turn": 0, "model": header["model"], "prompt_tokens": None, "completion_tokens": None}
    lines = [read_answer(line, path, number, defaults) for number, line in enumerate(rest, start=2) if line.strip()]
    return Recording(path, header, lines, hashlib.sha256(data).hexdigest())


def missing(path: Path, method: str, env: str, recordings: Path) -> ConfigError:
    """What to raise where there is no file."""
    there = ", ".join(sorted(str(p.relative_to(recordings).with_suffix("")) for p in recordings.glob("*/*.jsonl")))
    return ConfigError(
        "llm.recording",
        f"no recording for method {method} on env {env} at {path}; there are: {there or 'none'}; "
        "record one with llm=manual",
    )


def read_header(line: bytes, path: Path) -> Record:
    """The first line. Raises ConfigError where it is no recording's."""
    try:
        return read_line(line, {"recording": (str(FORMAT), lambda value: value == FORMAT), "model": TEXT})
    except ValueError as error:
        problem = f"{path}: its first line is no header of a recording ({error}); scripts/record.py makes one of a run"
        raise ConfigError("llm.recording", problem) from error


def check_is_of(header: Record, path: Path, method: str, env: str) -> None:
    """Raise ConfigError where the header names another method or environment; what it leaves out may be any."""
    theirs = (header.get("method", method), header.get("env", env))
    if theirs != (method, env):
        made_with, has = ("method={} env={}".format(*names) for names in (theirs, (method, env)))
        problem = f"{path} was made with {made_with}, and this run has {has}; give one of these, or record one"
        raise ConfigError("llm.recording", f"{problem} with llm=manual")


def read_answer(line: bytes, path: Path, number: int, defaults: Mapping[str, Any]) -> Record:
    """A further line. Raises ConfigError with its number."""
    try:
        return read_line(line, RECORDED, defaults)
    except ValueError as error:
        cure = "mend the line, or make the file anew with scripts/record.py"
        raise ConfigError("llm.recording", f"{path}, line {number}: {error}; {cure}") from error
