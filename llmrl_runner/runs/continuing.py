"""When a finished run goes on all the same: with a larger budget, or as the start of another run."""

import re
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import copy_folder, write_bytes, write_json, write_text
from llmrl_runner.runs.damage import read_object
from llmrl_runner.runs.finding import run_meant
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.iteration import complete_iterations

TAKEN = "continued_from.json"
REACHED = re.compile(r"budget reached: (llm|sweep)\.(\w+)=([\d.e+-]+)")


def goes_on(config: dict[str, Any], folder: RunFolder) -> bool:
    """Whether the finished run in `folder` is to go on: it ended by a budget that `config` has raised since, or was
    interrupted as it went on so, with more iterations than its result tells of. That stays until there is another."""
    result = folder.result()
    if len(complete_iterations(folder.path)) > (result.get("iterations") or 0):
        return True
    match = REACHED.fullmatch(result.get("ended_by") or "")
    if match is None:
        return False
    limit = config[match[1]].get(match[2])
    return limit is None or limit > float(match[3])


# What a candidate and its score depend on: neither can be carried over where one of these differs.
FITTED_TO = (
    "method.name",
    "method.policy",
    "method.init",
    "env.id",
    "env.kwargs",
    "env.observation",
    "env.actions",
    "env.discretise",
    "env.network_wrapper",
    "env.network_like",
    "method.text",
    "method.encoder",
    "method.encoding",
    "method.combine",
    "method.width",
    "method.memory",
    "method.memory_steps",
    "method.advice",
    "method.advice_source",
    "method.reward",
    "method.warm_start",
    "method.budgets",
    "method.share_buffer",
    "training.algorithm",
    "training.net_arch",
    "training.normalize_observations",
)


def _incompatible_key(theirs: dict[str, Any], ours: dict[str, Any]) -> str | None:
    """The first key in which two configurations differ so that the one's candidates don't fit the other."""
    return next((key for key in FITTED_TO if _at(theirs, key) != _at(ours, key)), None)


def find_source(continue_from: str | None, config: dict[str, Any]) -> RunFolder | None:
    """The run to go on from, as `run_meant` finds it below the outputs of `config`.

    Raises ConfigError where there is none, it has no iteration, or its candidates would not fit this run.
    """
    if continue_from is None:
        return None
    source = _called(continue_from, Path(config["paths"]["outputs"]))
    if not complete_iterations(source.path):
        raise ConfigError("continue_from", f"'{continue_from}' has no complete iteration")
    if not source.config():
        raise ConfigError("continue_from", f"'{continue_from}': its config.yaml is missing or damaged")
    if different := _incompatible_key(source.config(), config):
        raise ConfigError("continue_from", f"'{continue_from}' had another {different}, so what it found doesn't fit")
    return source


def _called(words: str, outputs: Path) -> RunFolder:
    try:
        return RunFolder(run_meant(words, outputs))
    except ConfigError as error:
        raise ConfigError("continue_from", error.problem) from error


def check_length(source: RunFolder, target: RunFolder, iterations: int) -> None:
    """Raise ConfigError where `source` has more iterations than `target` is to have in all."""
    complete = _to_take(source, target)
    if complete > iterations:
        raise ConfigError("method.iterations", f"must be at least {complete}: so many are in '{source.path}' already")


def take_over(source: RunFolder, target: RunFolder) -> None:
    """Copy the complete iterations and the answers of another run that `target` doesn't have yet.

    As many as there are at the first time: what the other run does later is its own.
    """
    count = _to_take(source, target)
    write_json(target.path / TAKEN, {"from": str(source.path), "iterations": count})
    transcript = target.path / "transcript.jsonl"
    if not transcript.exists():
        write_text(transcript, _text(source.path / "transcript.jsonl"))
    theirs, ours = complete_iterations(source.path), complete_iterations(target.path)
    if not ours:
        write_text(target.path / "metrics.jsonl", _text(source.path / "metrics.jsonl"))
    for record in theirs[len(ours) : count]:
        for events in (source.path / "tensorboard").glob(f"*iteration_{record.index:03d}*"):
            (target.path / "tensorboard").mkdir(exist_ok=True)
            write_bytes(target.path / "tensorboard" / events.name, events.read_bytes())
        copy_folder(record.path, target.path / record.path.name)  # last: from here on the iteration counts


def _to_take(source: RunFolder, target: RunFolder) -> int:
    """How many iterations of `source` are `target`'s: as was noted when it began, else all that are complete."""
    note = target.path / TAKEN
    if note.exists():
        return int(
            read_object(note, ["iterations"], "delete it, and all that is complete there now counts")["iterations"]
        )
    return len(complete_iterations(source.path))


def _at(config: dict[str, Any], key: str) -> Any:
    value: Any = config
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
