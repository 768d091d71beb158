"""A recording: a real model's answers to one run, kept in a file. scripts/record.py makes them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.backends.base import AskingRun
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
    def name(self) -> str:
        """Its file and that one's folder: the same on every machine."""
        return "/".join(self.path.parts[-2:])

    @property
    def model(self) -> str:
        """Who answered."""
        return str(self.header["model"])


def read_recording(config: LLMConfig, run: AskingRun) -> Recording:
    """The one in `llm.recording`, else in `<recordings>/<method>/<env>.jsonl`.

    Raises ConfigError where it is missing (with those that there are), damaged, or of something else.
    """
    path = Path(config.recording) if config.recording else run.recordings / run.method / f"{run.env}.jsonl"
    if not path.is_file():
        raise missing(path, run)
    data = path.read_bytes()
    first, *rest = data.split(b"\n")
    header = read_header(first, path)
    check_is_of(run, header, path)
    # What an answer may leave out.
    defaults = {"occurrence": 0, "turn": 0, "model": header["model"], "prompt_tokens": None, "completion_tokens": None}
    lines = [read_answer(line, path, number, defaults) for number, line in enumerate(rest, start=2) if line.strip()]
    return Recording(path, header, lines, hashlib.sha256(data).hexdigest())


def missing(path: Path, run: AskingRun) -> ConfigError:
    """What to raise where there is no file."""
    found = sorted(run.recordings.glob("*/*.jsonl"))
    there = ", ".join(str(each.relative_to(run.recordings).with_suffix("")) for each in found)
    return ConfigError(
        "llm.recording",
        f"no recording for method {run.method} on env {run.env} at {path}; there are: {there or 'none'}; "
        "record one with llm=manual",
    )


def read_header(line: bytes, path: Path) -> Record:
    """The first line. Raises ConfigError where it is no recording's."""
    try:
        return read_line(line, {"recording": (str(FORMAT), lambda value: value == FORMAT), "model": TEXT})
    except ValueError as error:
        problem = f"{path}: its first line is no header of a recording ({error}); scripts/record.py makes one of a run"
        raise ConfigError("llm.recording", problem) from error


def check_is_of(run: AskingRun, header: Record, path: Path) -> None:
    """Raise ConfigError where the header names another method or environment; what it leaves out may be any."""
    method, env = header.get("method", run.method), header.get("env", run.env)
    if (method, env) != (run.method, run.env):
        raise ConfigError(
            "llm.recording",
            f"{path} was made with method={method} env={env}, and this run has method={run.method} env={run.env}; "
            "give a recording of that, or make one with llm=manual",
        )


def read_answer(line: bytes, path: Path, number: int, defaults: Mapping[str, Any]) -> Record:
    """A further line. Raises ConfigError with its number."""
    try:
        return read_line(line, RECORDED, defaults)
    except ValueError as error:
        cure = "mend the line, or make the file anew with scripts/record.py"
        raise ConfigError("llm.recording", f"{path}, line {number}: {error}; {cure}") from error
