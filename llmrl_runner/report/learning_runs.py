"""Finished runs that evaluated as they trained: what of each can be compared, or why nothing can."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llmrl_runner.report.arms import env_settings
from llmrl_runner.report.evaluations import Evaluations, read_evaluations
from llmrl_runner.report.figures import state_of
from llmrl_runner.report.reading import RunRecord
from llmrl_runner.runs.lookup import word
from llmrl_runner.runs.reward_result import untested_reward
from llmrl_runner.runs.wording import UNKNOWN


@dataclass(frozen=True)
class LearningRun:
    """A finished run and its evaluations; of a run about rewards, one of its final trainings, the `part`-th from 0."""

    record: RunRecord
    evaluations: Evaluations
    part: int = 0


def learning_runs(record: RunRecord, left_out: list[str]) -> list[LearningRun]:
    """The run with its evaluations, or each of its final trainings; where it can't be compared none, and why."""
    damages: list[str] = []
    curves = _curves(record, damages)
    why = _why_not(record, curves, damages)
    if why:
        left_out.append(f"{record.folder}: {why}")
        return []
    return [LearningRun(record, evaluations, part) for part, evaluations in enumerate(curves)]


def _curves(record: RunRecord, damages: list[str]) -> list[Evaluations]:
    """Of a run about rewards, those of its final trainings: no training of its search is its result."""
    parts = [[folder] for folder in record.finals] if record.is_about_rewards else [_iterations(record)]
    found = [read_evaluations(part, damages) for part in parts]
    return [evaluations for evaluations in found if evaluations is not None]


def _iterations(record: RunRecord) -> list[Path]:
    return [iteration.folder for iteration in record.iterations]


def _why_not(record: RunRecord, curves: Sequence[Evaluations], damages: Sequence[str]) -> str:
    if not record.result:
        reason = word(record.status, "reason")
        state = "unfinished" if state_of(record) in ("running", UNKNOWN) else state_of(record)
        return f"{state}{f' ({reason})' if reason else ''}"
    if damages:
        return "; ".join(damages)
    if record.is_about_rewards and (untested := untested_reward(record.result)):
        return untested
    if not curves:
        return "no evaluations"
    if not env_settings(record.config):
        return "its config.yaml can't be read"
    ended_by = word(record.result, "ended_by")
    return f"ended before its last iteration: {ended_by}" if ended_by else ""
