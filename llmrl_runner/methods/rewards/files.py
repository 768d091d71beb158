"""What an iteration of reward_gen leaves of its drafts: a folder each, and the best one's files on top."""

import shutil
from collections.abc import Sequence
from itertools import count, takewhile
from pathlib import Path

from llmrl_runner.methods.archive import GIF
from llmrl_runner.methods.rewards.desk import Answered
from llmrl_runner.methods.rewards.draft import FILE_NAME, Draft, save_drafts
from llmrl_runner.methods.rewards.job import CHECKPOINT, EPISODES, PAID, STEPS
from llmrl_runner.methods.rewards.outcome import TrainingOutcome, joined_evaluations
from llmrl_runner.methods.rewards.trainings import folder_of
from llmrl_runner.rl.buffers import FILE_NAME as BUFFER
from llmrl_runner.rl.evaluations import FILE_NAME as EVALUATIONS
from llmrl_runner.runs.iteration import Iteration, Record

PROGRAM, PROMPT, ANSWER, FEEDBACK = "reward.py", "prompt.md", "response.md", "feedback.md"
KEPT = (CHECKPOINT, EPISODES, PAID, STEPS, BUFFER, GIF)  # of a draft's last training
ON_TOP = (PROGRAM, PROMPT, ANSWER, CHECKPOINT, EVALUATIONS, GIF)  # the iteration shows them of its best draft


def keep_draft(iteration: Iteration, answered: Answered, trainings: Sequence[TrainingOutcome]) -> None:
    """Its prompt, answer and program, and what its trainings left, into the iteration's folder."""
    draft = answered.draft
    folder = folder_in(iteration.path, draft)
    folder.mkdir()
    texts = {
        PROMPT: answered.prompt,
        ANSWER: "\n\n---\n\n".join(answer.text for answer in answered.parsed.answers),
        PROGRAM: draft.source,
        FEEDBACK: draft.feedback,
    }
    for name, text in texts.items():
        if text:
            iteration.write_text(f"{folder.name}/{name}", text)
    whole = [training for training in trainings if training.problem is None]
    if whole:
        joined_evaluations(whole).save(folder / EVALUATIONS)
        for name in KEPT:
            _copy(whole[-1].folder / name, folder / name)


def keep_all(iteration: Iteration, drafts: Sequence[Draft], best: Draft | None) -> None:
    """drafts.json, and on top the files of the best draft."""
    save_drafts(iteration.path / FILE_NAME, drafts)
    if best is not None:
        for name in ON_TOP:
            _copy(folder_in(iteration.path, best) / name, iteration.path / name)


def folder_in(iteration: Path, draft: Draft) -> Path:
    """A draft's folder in that of its iteration."""
    return iteration / f"draft_{draft.number}"


def trainings_of(place: Path, draft: Draft) -> list[TrainingOutcome]:
    """What a draft's trainings left, rung after rung."""
    folders = takewhile(Path.exists, (folder_of(place, draft, rung) for rung in count()))
    return [TrainingOutcome(folder) for folder in folders]


def stored_of(record: Record, name: str) -> list[Path]:
    """The files of this name that a complete iteration has of its drafts, in their order."""
    return sorted(record.path.glob(f"draft_*/{name}"), key=lambda path: int(path.parent.name.removeprefix("draft_")))


def _copy(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copyfile(source, target)
