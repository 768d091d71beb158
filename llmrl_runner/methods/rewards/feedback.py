"""What an LLM is told of each draft that was tried, from what its trainings left on disk."""

from collections.abc import Sequence

from llmrl_runner.files.whole import read_json
from llmrl_runner.methods.rewards.draft import Draft
from llmrl_runner.methods.rewards.feedback_text import failure_feedback, training_feedback
from llmrl_runner.methods.rewards.job import EPISODES, PAID
from llmrl_runner.methods.rewards.outcome import TrainingOutcome, joined_evaluations
from llmrl_runner.methods.rewards.seen import TrainingSeen, paid_episodes_from_json
from llmrl_runner.methods.rewards.stored import load_stored
from llmrl_runner.rl.paid_record import joined_tenths, tenths_from_json
from llmrl_runner.rl.stored_episodes import StoredEpisodes


def feedback_on(draft: Draft, trainings: Sequence[TrainingOutcome]) -> str:
    """Of a draft after its trainings, rung after rung; nothing of one that was let go before the first."""
    if draft.status == "failed":
        return failure_feedback(draft, draft.reason, trainings[-1].traceback)
    if draft.status == "rejected":
        return failure_feedback(draft, draft.reason, draft.traceback)
    return training_feedback(draft, seen(trainings)) if trainings else ""


def seen(trainings: Sequence[TrainingOutcome]) -> TrainingSeen:
    """What trainings that went on from each other showed, as one."""
    paid = [read_json(training.folder / PAID) for training in trainings]
    stored = load_stored(StoredEpisodes, trainings[-1].folder / EPISODES)
    return TrainingSeen(
        tenths=joined_tenths([tenths_from_json(each["tenths"]) for each in paid]),
        evaluations=joined_evaluations(trainings),
        last=paid_episodes_from_json(paid[-1]["last"], stored),
    )
