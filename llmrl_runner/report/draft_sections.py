"""What the page shows of drafts: their ranking as a table, the winner's program, and each one with its texts folded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llmrl_runner.report.drafts import EPISODE, FILE, DraftRecord, RungScore, ranked, winner_of
from llmrl_runner.report.passages import Passage, passage_of
from llmrl_runner.report.pictures import Picture, PictureShelf
from llmrl_runner.report.reading import RunRecord
from llmrl_runner.runs.lookup import number
from llmrl_runner.runs.wording import count_words, percent_words, score_words

NOTHING = "-"
OF_THE_WINNER = ("Program", "Constants", "Feedback")
TONES = {"failed": "bad", "rejected": "bad"}


@dataclass(frozen=True)
class DraftTable:
    """The ranking: headings, a row a draft, and what the scores are (`success and return`)."""

    headings: list[str]
    rows: list["DraftRow"]
    measures: str


@dataclass(frozen=True)
class DraftRow:
    """A draft's row. anchor: of its texts. cells: after its name and what became of it, one a heading."""

    name: str
    anchor: str
    status: str
    tone: str
    is_winner: bool
    cells: list[str]


@dataclass(frozen=True)
class DraftSection:
    """A draft in its iteration, folded."""

    name: str
    anchor: str
    status: str
    tone: str
    score: str
    reason: str
    passages: list[Passage]
    pictures: list[Picture]


def draft_table(run: RunRecord) -> DraftTable | None:
    """All drafts, the best first, with their scores after each budget; None where there are none."""
    if not run.drafts:
        return None
    budgets = sorted({score.timesteps for draft in run.drafts for score in draft.scores})
    after = [f"after {count_words(steps)} steps" for steps in budgets]
    winner = winner_of(run.drafts)
    rows = [_row(draft, draft is winner, budgets) for draft in ranked(run.drafts)]
    is_success = any(score.success is not None for draft in run.drafts for score in draft.scores)
    measures = "success and return" if is_success else "return"
    return DraftTable(["draft", "became", *after, "preference", "why"], rows, measures)


def _row(draft: DraftRecord, is_winner: bool, budgets: Sequence[int]) -> DraftRow:
    scores = {score.timesteps: score_of(score) for score in draft.scores}
    cells = [*(scores.get(steps, NOTHING) for steps in budgets), _preference_words(draft), draft.reason]
    became = ("the winner", "good") if is_winner else (draft.status, TONES.get(draft.status, ""))
    return DraftRow(draft.name, anchor_of(draft), *became, is_winner, cells)


def score_of(score: RungScore) -> str:
    """`85.0 %, -3.20`, or the return alone where success is not defined."""
    words = score_words(score.episode_return)
    return words if score.success is None else f"{percent_words(score.success)}, {words}"


def named_score(success: float | None, episode_return: float | None) -> str:
    """`success 85.0 %, return -3.20`."""
    words = f"return {score_words(episode_return)}"
    return words if success is None else f"success {percent_words(success)}, {words}"


def _preference_words(draft: DraftRecord) -> str:
    """In which share of pairs of stored episodes it pays the better one more."""
    share, pairs = (number(draft.entry, "preference", key) for key in ("share", "pairs"))
    return NOTHING if share is None else f"{percent_words(share)} of {count_words(pairs)} pairs"


def anchor_of(draft: DraftRecord) -> str:
    """Its place on the page."""
    return f"draft-{draft.name.replace('.', '-')}"


def winner_passages(run: RunRecord) -> list[Passage]:
    """The winner's program and what training showed of it."""
    winner = winner_of(run.drafts)
    return [] if winner is None else [each for each in _passages(winner) if each.title in OF_THE_WINNER]


def draft_sections(drafts: Sequence[DraftRecord], shelf: PictureShelf) -> list[DraftSection]:
    """Of an iteration's drafts, in their order."""
    return [_section(draft, shelf) for draft in drafts]


def _section(draft: DraftRecord, shelf: PictureShelf) -> DraftSection:
    scores = draft.scores
    picture = shelf.place(draft.folder / EPISODE, f"One episode of draft {draft.name}'s network")
    return DraftSection(
        name=draft.name,
        anchor=anchor_of(draft),
        status=draft.status,
        tone=TONES.get(draft.status, ""),
        score=named_score(scores[-1].success, scores[-1].episode_return) if scores else "not trained",
        reason=draft.reason,
        passages=list(_passages(draft)),
        pictures=[] if picture is None else [picture],
    )


def _passages(draft: DraftRecord) -> Iterator[Passage]:
    place = f"{draft.folder.parent.name}/{draft.folder.name}"
    for title, file, text in (
        ("Prompt", "prompt.md", draft.prompt),
        ("Answer", "response.md", draft.response),
        ("Program", "reward.py", draft.program),
        ("Constants", "", _constants_words(draft)),
        ("Feedback", "feedback.md", draft.feedback),
    ):
        if text:
            yield passage_of(title, f"{place}/{file}" if file else f"{draft.folder.parent.name}/{FILE}", text)


def _constants_words(draft: DraftRecord) -> str:
    """What an optimiser gave the constants that it names, a line each; nothing where none was set."""
    return "\n".join(
        f"{name} = {value:.6g}" for name in draft.constants if (value := draft.constants[name]) is not None
    )
