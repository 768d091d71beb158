"""One section of the page an iteration: its score, prompt, answer, change, feedback and pictures."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmrl_runner.report.changes import Change, change_between
from llmrl_runner.report.draft_sections import DraftSection, draft_sections, named_score
from llmrl_runner.report.passages import Passage, passage_of
from llmrl_runner.report.pictures import Picture, PictureShelf
from llmrl_runner.report.reading import IterationRecord, RunRecord, captioned
from llmrl_runner.runs.lookup import JsonObject, interval, number, word
from llmrl_runner.runs.wording import asks_a_model, count_words, percent_words, scored

OF_THE_BEST_DRAFT = ("Prompt", "Answer")  # which stand with that draft
PICTURES = (("episode.gif", "One episode"), ("policy.png", "The policy"))
SAID_ELSEWHERE = ("iteration", "is_best", "is_valid_answer", "verdict", "problems", "return_mean", "return_ci95")


@dataclass(frozen=True)
class Section:
    """What the page shows of one iteration. `level` is its score between the run's lowest (0) and highest (1)."""

    index: int
    name: str
    stage: str
    score: str
    level: float | None
    is_best: bool
    is_final: bool
    badge: str
    is_valid_answer: bool
    verdict: str
    problems: list[str]
    figures: list[tuple[str, str]]
    passages: list[Passage]
    change: Change | None
    pictures: list[Picture]
    drafts: list[DraftSection]


def iteration_sections(run: RunRecord, shelf: PictureShelf) -> list[Section]:
    """The sections in order."""
    befores = [None, *run.iterations[:-1]]
    levels = _levels([number(record.metrics, "return_mean") for record in run.iterations])
    return [
        _section(run, record, before, level, shelf)
        for record, before, level in zip(run.iterations, befores, levels, strict=False)
    ]


def _section(
    run: RunRecord, record: IterationRecord, before: IterationRecord | None, level: float | None, shelf: PictureShelf
) -> Section:
    metrics = record.metrics
    pictures = [shelf.place(record.folder / name, caption) for name, caption in _pictures(record)]
    return Section(
        index=record.index,
        name=record.folder.name,
        stage=record.stage,
        score="no score" if level is None else _score(metrics),
        level=level,
        is_best=record.is_best,
        is_final=record is run.best_iteration,
        badge=_badge(run, record),
        is_valid_answer=record.is_valid_answer,
        verdict=word(metrics, "verdict") or "",
        problems=_problems(metrics.get("problems")),
        figures=list(_figures(record)),
        passages=list(_passages(record)),
        change=change_between(before, record) if before and asks_a_model(run.config) and _is_proposal(record) else None,
        pictures=[picture for picture in pictures if picture is not None],
        drafts=draft_sections(record.drafts, shelf),
    )


def _score(metrics: JsonObject) -> str:
    if number(metrics, "drafts") is not None and (success := number(metrics, "success_rate")) is not None:
        return named_score(success, number(metrics, "return_mean"))
    return scored(number(metrics, "return_mean"), interval(metrics, "return_ci95"))


def _badge(run: RunRecord, record: IterationRecord) -> str:
    """What a search made of the iteration; nothing where none was chosen."""
    if not asks_a_model(run.config) or record.stage:
        return "the one tested" if record is run.best_iteration else ""
    if not _is_proposal(record) and not record.drafts:
        return ""
    return "the best" if record is run.best_iteration else "best so far" if record.is_best else ""


def _pictures(record: IterationRecord) -> list[tuple[str, str]]:
    """The first episode and the policy, then further episodes where the iteration played several that are shown.

    Those of drafts stand beside their texts.
    """
    if record.drafts:
        return []
    further = sorted(path for path in record.folder.glob("episodes/*.gif") if path.stem.isdecimal())[1:]
    first = [(name, captioned(caption, record.folder)) for name, caption in PICTURES]
    return [*first, *((f"episodes/{path.name}", f"Episode {int(path.stem)}") for path in further)]


def _is_proposal(record: IterationRecord) -> bool:
    """Whether the model proposed something, so that it can be told what changed, rather than acted or demonstrated."""
    return number(record.metrics, "answers") is None and not record.stage and not record.drafts


def _levels(scores: list[float | None]) -> list[float | None]:
    known = [score for score in scores if score is not None]
    span = max(known) - min(known) if known else 0.0
    return [None if score is None else (score - min(known)) / span if span else 1.0 for score in scores]


def _problems(found: object) -> list[str]:
    return [str(problem) for problem in found] if isinstance(found, list) else [str(found)] if found else []


def _figures(record: IterationRecord) -> Iterable[tuple[str, str]]:
    for key in record.metrics:
        value = number(record.metrics, key)
        if value is not None and key not in SAID_ELSEWHERE:
            yield key.replace("_", " "), _figure_words(key, value)


def _figure_words(key: str, value: float) -> str:
    if key.endswith(("_rate", "coverage")) and 0 <= value <= 1:
        return percent_words(value)
    return count_words(value) if value == int(value) else f"{value:,.4g}"


def _passages(record: IterationRecord) -> Iterable[Passage]:
    for title, file, text in (
        ("Prompt", "prompt.md", record.prompt),
        ("Answer", "response.md", record.response),
        ("Feedback", "feedback.md", record.feedback),
        ("Lessons", "lessons.json", record.lessons),
        ("Candidate", record.candidate_name, record.candidate),
    ):
        if text and not (record.drafts and title in OF_THE_BEST_DRAFT):
            yield passage_of(title, f"{record.folder.name}/{file}", text)
