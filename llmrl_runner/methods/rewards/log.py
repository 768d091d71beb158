"""What TensorBoard shows of trainings: each draft, and each final seed, as a run of its own beside the others."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmrl_runner.files.whole import read_json
from llmrl_runner.methods.archive import GIF
from llmrl_runner.methods.rewards.job import PAID
from llmrl_runner.methods.rewards.outcome import TrainingOutcome, joined_evaluations
from llmrl_runner.methods.rewards.seen import REWARD
from llmrl_runner.rl.paid_record import TENTHS, Tenth, joined_tenths, tenths_from_json
from llmrl_runner.rl.rollout import EpisodeScores
from llmrl_runner.runs.tensorboard import TensorBoardLog

Point = tuple[int, dict[str, float]]  # environment steps, and figures by their tags


def log_trainings(folder: Path, iteration: int, source: str, trainings: Sequence[TrainingOutcome], whole: int) -> None:
    """Write event files for trainings that went on from each other; those that broke are left out.

    Over environment steps success, return and length of each evaluation, the losses of the update before it, and the
    mean of what the reward and each component paid in each tenth of `whole` steps, at that tenth's end; the program as
    text and the last network's episode as an image. iteration: an event file of that iteration which a killed run left
    is replaced. Nothing of no training.
    """
    told = [training for training in trainings if training.problem is None]
    if not told:
        return
    with TensorBoardLog(folder) as log:
        log.open_iteration(iteration)
        if source:
            log.text("program", 0, f"```python\n{source}\n```")
        for steps, figures in [*_scores(told), *_learned(told), *_paid(told, whole)]:
            log.scalars(steps, figures)
        if (told[-1].folder / GIF).exists():
            log.image("episode", told[-1].steps, told[-1].folder / GIF)


def _scores(trainings: Sequence[TrainingOutcome]) -> Iterator[Point]:
    for steps, evaluation in joined_evaluations(trainings).entries:
        yield steps, _figures(evaluation.greedy)


def _learned(trainings: Sequence[TrainingOutcome]) -> Iterator[Point]:
    for steps, said in (point for training in trainings for point in training.learned):
        yield steps, {f"learning/{name}": value for name, value in said.items()}


def _figures(scores: EpisodeScores) -> dict[str, float]:
    success = {} if scores.successes is None else {"training/success": float(scores.successes.mean())}
    return {**success, "training/return": float(scores.returns.mean()), "training/length": float(scores.lengths.mean())}


def _paid(trainings: Sequence[TrainingOutcome], whole: int) -> Iterator[Point]:
    """A point for each tenth in which steps were taken; nothing where no written reward paid."""
    paid = [read_json(path) for training in trainings if (path := training.folder / PAID).exists()]
    if not paid:
        return
    before = trainings[0].steps - trainings[0].env_steps  # of the network that the first of them went on from
    for number, tenth in enumerate(joined_tenths([tenths_from_json(each["tenths"]) for each in paid]), start=1):
        if tenth.reward is not None:
            yield max(0, before) + whole * number // TENTHS, _means(tenth)


def _means(tenth: Tenth) -> dict[str, float]:
    spreads = {**({} if tenth.reward is None else {REWARD: tenth.reward}), **tenth.components}
    return {f"paid/{name}": spread.mean for name, spread in spreads.items()}
