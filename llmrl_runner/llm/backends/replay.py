"""Recorded answers of a real model: a transcript that was kept."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import LLMConfig
from llmrl_runner.llm.errors import RecordingEnded
from llmrl_runner.llm.request import Question, Reply, fingerprint
from llmrl_runner.llm.transcript import Record

FORMAT = 1


@dataclass(frozen=True)
class Recording:
    """header: method, env, model, how it was got, date; lines: the answers; digest: sha256 of the file."""

    path: Path
    header: dict[str, Any]
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
    """Read it whole. Raises ConfigError, with the recordings that there are, where it is missing."""
    if not path.is_file():
        there = ", ".join(sorted(str(p.relative_to(recordings).with_suffix("")) for p in recordings.glob("*/*.jsonl")))
        raise ConfigError(
            "llm.recording",
            f"no recording for method {method} on env {env} at {path}; there are: {there or 'none'}; "
            "record one with llm=manual",
        )
    data = path.read_bytes()
    numbered = [(number, line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()]
    header, *lines = [parse_line(line, path, number) for number, line in numbered] or [{}]
    if header.get("recording") != FORMAT or "model" not in header:
        problem = f'{path}: its first line is not a header with "recording": {FORMAT} and "model"'
        raise ConfigError("llm.recording", problem)
    return Recording(path, header, lines, hashlib.sha256(data).hexdigest())


def parse_line(line: bytes, path: Path, number: int) -> dict[str, Any]:
    """One line of a recording. Raises ConfigError with its number."""
    try:
        value = json.loads(line)
    except ValueError as error:
        raise ConfigError("llm.recording", f"{path}, line {number}: not JSON ({error})") from error
    if not isinstance(value, dict):
        raise ConfigError("llm.recording", f"{path}, line {number}: not a JSON object")
    return value


class ReplayBackend:
    """Answers from a recording: to the same words where it has them, else from the same place of the run."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.model = recording.model
        self.identity = f"replay:{recording.digest}"
        self._by_words = {exact_place(line): line for line in recording.lines}
        self._by_turn = {rough_place(line): line for line in recording.lines}

    def check(self) -> None:
        """It was read already."""

    def answer(self, question: Question) -> Reply:
        """The recorded answer; its tokens are those of the recording, its cost nothing. Raises RecordingEnded."""
        asked = vars(question)
        line = self._by_words.get(exact_place(asked))
        has_drifted = line is None
        line = line or self._by_turn.get(rough_place(asked))
        if line is None:
            raise RecordingEnded(
                f"recording ended: {self.recording.path} has no answer for {question.purpose} in iteration "
                f"{question.iteration} (sample {question.sample}, turn {question.turn})"
            )
        return Reply(
            text=line["text"],
            model=line.get("model", self.model),
            prompt_tokens=line.get("prompt_tokens"),
            completion_tokens=line.get("completion_tokens"),
            cost_usd=0.0,
            is_cached=True,
            has_drifted=has_drifted,
        )

    def stop(self) -> None:
        """Nothing is ever under way."""


def exact_place(line: Record) -> tuple[Any, ...]:
    """The same words asked the n-th time at the same place."""
    place = (line["purpose"], line["iteration"], line["sample"], line.get("occurrence", 0))
    return (*place, fingerprint(line["messages"]))


def rough_place(line: Record) -> tuple[Any, ...]:
    """The n-th question at the same place, whatever its words."""
    return line["purpose"], line["iteration"], line["sample"], line.get("turn", 0)
