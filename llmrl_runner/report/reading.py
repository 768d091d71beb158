"""Reading a run folder that may be unfinished, half-written or damaged: what can't be read is named, never fatal."""

import json
import math
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from llmrl_runner.report.drafts import FILE as DRAFTS
from llmrl_runner.report.drafts import DraftRecord, final_folders
from llmrl_runner.runs.finding import iteration_folders
from llmrl_runner.runs.iteration import FOLDER, INSTRUCTION
from llmrl_runner.runs.lookup import JsonObject, number, section, word
from llmrl_runner.runs.reward_result import is_about_rewards
from llmrl_runner.runs.wording import asks_a_model, has_search

# libyaml's loader, where PyYAML was built with it, is eight times as fast as the one in Python.
YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MISREAD = (ValueError, TypeError, AttributeError)  # what PyYAML raises for a date that no calendar has, say
LARGEST_TEXT = 32_000_000  # bytes of one file that is read; transcripts may be larger
CANDIDATE_SUFFIXES = (".py", ".json", ".yaml", ".txt")  # those that a person can read, the most telling first


@dataclass(frozen=True)
class IterationRecord:
    """One iteration's files as read; a text is empty where there is none."""

    index: int
    folder: Path
    metrics: JsonObject
    prompt: str
    response: str
    feedback: str
    candidate_name: str
    candidate: str
    lessons: str = ""
    drafts: list[DraftRecord] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """What it was a part of, in a method of stages (demonstrations, cloning, PPO); nothing in another."""
        return word(self.metrics, "stage") or ""

    @property
    def is_elsewhere(self) -> bool:
        """Whether its steps of training are those in another environment."""
        return self.stage == "transfer"

    @property
    def is_best(self) -> bool:
        """Whether its candidate replaced the best one so far."""
        return self.metrics.get("is_best") is True

    @property
    def is_valid_answer(self) -> bool:
        """Whether the model's answer could be used; an iteration that doesn't say is taken to be fine."""
        return self.metrics.get("is_valid_answer") is not False


@dataclass(frozen=True)
class RunRecord:
    """A run folder as read, and in `left_out` a line for each thing that is missing or could not be read."""

    folder: Path
    config: JsonObject
    config_text: str
    status: JsonObject
    result: JsonObject
    error_text: str
    answers: list[JsonObject]
    iterations: list[IterationRecord]
    best_metrics: JsonObject
    left_out: list[str] = field(default_factory=list)
    progress: JsonObject = field(default_factory=dict)  # what a run under way says of itself
    command: str = ""  # what it was last started with

    @property
    def has_stages(self) -> bool:
        """Whether its iterations are stages of one training, of which the last counts."""
        return any(record.stage for record in self.iterations)

    @property
    def drafts(self) -> list[DraftRecord]:
        """Those of all iterations, where it searched for rewards."""
        return [draft for record in self.iterations for draft in record.drafts]

    @property
    def finals(self) -> list[Path]:
        """The folders of its final trainings, one a seed."""
        return final_folders(self.folder)

    @property
    def is_about_rewards(self) -> bool:
        """Whether it trained with rewards that a model wrote, or with what stands in for one."""
        return (
            bool(self.drafts)
            or is_about_rewards(self.result)
            or number(self.config, "method", "final_seeds") is not None
        )

    @property
    def has_search(self) -> bool:
        """Whether it is about the best of several candidates, rather than about all that was played or the last."""
        if self.has_stages:
            return False
        if self.result:
            return has_search(self.result)
        if self.is_about_rewards:
            return bool(self.drafts)
        return all(number(record.metrics, "answers") is None for record in self.iterations)

    @property
    def best_iteration(self) -> IterationRecord | None:
        """The iteration that result.json names, else that of the best/ folder, else the last that was kept."""
        named = number(self.result, "best_iteration")
        named = number(self.best_metrics, "iteration") if named is None else named
        kept = [
            record for record in self.iterations if (record.index == named if named is not None else record.is_best)
        ]
        return kept[-1] if kept else None


def captioned(caption: str, folder: Path) -> str:
    """With what the episode that is shown was to do, where the run kept that beside it."""
    try:
        instruction = (folder / INSTRUCTION).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return caption
    return f"{caption}: {instruction}" if caption and instruction else caption or instruction


def read_run(folder: Path) -> RunRecord:
    """Read all that the page shows. Raises nothing for a damaged file; a folder without files gives an empty record."""
    return _record(folder, _Reader(folder))


def read_figures(folder: Path) -> RunRecord:
    """As `read_run`, without what only the page of a run shows: prompts, answers, programs and the transcript."""
    return _record(folder, _FigureReader(folder))


def _record(folder: Path, reader: "_Reader") -> RunRecord:
    config_text = reader.text(folder / "config.yaml", is_expected=True)
    config = reader.yaml(config_text)
    record = RunRecord(
        folder=folder,
        config=config,
        config_text=config_text,
        status=reader.json(folder / "status.json", is_expected=True),
        result=reader.json(folder / "result.json"),
        error_text=reader.text(folder / "error.txt"),
        best_metrics=reader.json(folder / "best" / "metrics.json"),
        answers=reader.json_lines(folder / "transcript.jsonl"),
        iterations=[reader.iteration(path, asks_a_model(config)) for path in iteration_folders(folder)],
        left_out=reader.left_out,
        progress=reader.json(folder / "progress.json"),
        command=reader.words(folder / "command.txt").strip(),
    )
    if not record.result:
        reader.note_what_is_under_way()
    return record


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.left_out: list[str] = []

    def text(self, path: Path, is_expected: bool = False, largest: float = LARGEST_TEXT) -> str:
        """The text of a file, empty where it can't be had: its absence is noted if it `is_expected`."""
        try:
            about = path.stat()
            if not stat.S_ISREG(about.st_mode):  # reading a pipe would wait for ever
                self._leave_out(path, "is no file")
            elif about.st_size > largest:
                self._leave_out(path, f"is too large to be read ({about.st_size / 1e6:,.0f} MB)")
            else:
                return path.read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            if is_expected:
                self._leave_out(path, "is missing")
        except OSError as error:
            self._leave_out(path, f"could not be read ({error.strerror})")
        return ""

    def words(self, path: Path, is_expected: bool = False) -> str:
        """A text that only a page shows."""
        return self.text(path, is_expected)

    def json(self, path: Path, is_expected: bool = False) -> JsonObject:
        noted = len(self.left_out)
        text = self.text(path, is_expected)
        if not text and (len(self.left_out) > noted or not os.path.lexists(path)):
            return {}
        found = _parsed(text)
        if found is None:
            self._leave_out(path, "is no whole JSON object")
        return found or {}

    def json_lines(self, path: Path) -> list[JsonObject]:
        lines = [line for line in self.text(path, largest=math.inf).split("\n") if line.strip()]
        whole = [found for found in map(_parsed, lines) if found is not None]
        if len(whole) < len(lines):
            self._leave_out(path, f"has {len(lines) - len(whole)} of {len(lines)} lines that can't be read")
        return whole

    def yaml(self, text: str) -> JsonObject:
        try:
            return section({"config": yaml.load(text, YAML_LOADER)}, "config")
        except (yaml.YAMLError, RecursionError, *MISREAD):
            self._leave_out(self.folder / "config.yaml", "is no whole YAML; shown as it is")
            return {}

    def iteration(self, folder: Path, is_asked: bool) -> IterationRecord:
        candidate = _readable_candidate(folder)
        metrics = self.json(folder / "metrics.json", is_expected=True)
        drafts = self.drafts(folder)
        is_asked = is_asked and not drafts and "stage" not in metrics  # a stage asks for many episodes, or for nothing
        return IterationRecord(
            index=int(folder.name.removeprefix("iteration_")),
            folder=folder,
            metrics=metrics,
            prompt=self.words(folder / "prompt.md", is_expected=is_asked),
            response=self.words(folder / "response.md", is_expected=is_asked),
            feedback=self.words(folder / "feedback.md"),
            candidate_name=candidate.name if candidate else "",
            candidate=self.words(candidate) if candidate else "",
            lessons=self.words(folder / "lessons.json"),
            drafts=drafts,
        )

    def drafts(self, folder: Path) -> list[DraftRecord]:
        path = folder / DRAFTS
        if not os.path.lexists(path):
            return []
        entries = _parsed_list(self.text(path))
        if entries is None:
            self._leave_out(path, "is no whole JSON list")
        return [self.draft(folder, entry) for entry in entries or []]

    def draft(self, folder: Path, entry: JsonObject) -> DraftRecord:
        own = folder / f"draft_{number(entry, 'number') or 0:.0f}"
        names = ("prompt.md", "response.md", "reward.py", "feedback.md")
        index = int(folder.name.removeprefix("iteration_"))
        return DraftRecord(index, own, entry, *(self.words(own / name) for name in names))

    def note_what_is_under_way(self) -> None:
        for path in sorted(self.folder.glob(".iteration_*.partial")):
            if match := FOLDER.fullmatch(path.name.removeprefix(".").removesuffix(".partial")):
                self.left_out.append(f"iteration {int(match[1])} was begun and is not complete")

    def _leave_out(self, path: Path, why: str) -> None:
        self.left_out.append(f"{path.relative_to(self.folder)} {why}")


class _FigureReader(_Reader):
    def words(self, path: Path, is_expected: bool = False) -> str:
        return ""

    def json_lines(self, path: Path) -> list[JsonObject]:
        return []


def _parsed(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _parsed_list(text: str) -> list[JsonObject] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else None


def _readable_candidate(folder: Path) -> Path | None:
    paths = (folder / f"candidate{suffix}" for suffix in CANDIDATE_SUFFIXES)
    return next((path for path in paths if os.path.isfile(path)), None)  # noqa: PTH113 (it never raises)
