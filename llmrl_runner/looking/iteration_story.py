"""What happened in one iteration of a run, as pairs of a label and words."""

import json
from collections.abc import Iterator

from rich.text import Text

from llmrl_runner.looking.excerpts import Amount
from llmrl_runner.report.changes import change_between
from llmrl_runner.report.draft_sections import named_score
from llmrl_runner.report.drafts import DraftRecord
from llmrl_runner.report.reading import IterationRecord, RunRecord
from llmrl_runner.runs.lookup import JsonObject, interval, number, section, value_at, word
from llmrl_runner.runs.reward_wording import draft_words
from llmrl_runner.runs.wording import (
    asked_words,
    asks_a_model,
    cost_words,
    count_words,
    demos_words,
    duration_words,
    percent_scored,
    score_words,
    scored,
)

Row = tuple[str, Text]
TOTALS = "episodes.json"  # of a round that a model played itself
MOST_EPISODES = 12
SPENT = ("calls", "prompt_tokens", "completion_tokens", "cost_usd", "env_steps")  # totals so far, in metrics.json
STATUS_TONES = {"trained": "green", "failed": "red", "rejected": "red"}


def iteration_title(run: RunRecord, record: IterationRecord) -> Text:
    """`iteration_002 of 5 (PPO)  the best`, by its folder's name, which counts from 0."""
    total = number(run.config, "method", "iterations")
    of = f" of {total:.0f}" if total else ""
    title = Text(f"{record.folder.name}{of}" + (f" ({record.stage})" if record.stage else ""), style="bold")
    if record is run.best_iteration and run.has_search:
        title.append("  the best", style="bold green")
    elif record.is_best and run.has_search:
        title.append("  best so far", style="green")
    return title


def iteration_rows(
    run: RunRecord, record: IterationRecord, before: IterationRecord | None, amount: Amount
) -> list[Row]:
    """All there is to say, the score first; what the iteration doesn't have is left out."""
    return [
        *_score_rows(record.metrics),
        ("spent", Text(spent_words(record.metrics, _spent_before(record, before)))),
        *_problem_rows(record.metrics),
        *_episode_rows(record),
        *(_draft_row(draft) for draft in record.drafts),
        *_text_rows(run, record, before, amount),
    ]


def spent_words(metrics: JsonObject, before: JsonObject) -> str:
    """`1 call, 1,234 tokens in, 567 out, $0.01; 500 steps; 0.4 s`: of this iteration alone, calls where it had any."""
    calls, sent, received, cost = (_more_than(metrics, before, key) for key in SPENT[:-1])
    asked = f"{count_words(calls)} {'call' if calls == 1 else 'calls'}"
    if sent is not None or received is not None:
        asked += f", {count_words(sent)} tokens in, {count_words(received)} out"
    asked = "" if calls == 0 else f"{asked}, {cost_words(cost)}; "
    steps = number(metrics, "iteration_env_steps")
    steps = _more_than(metrics, before, "env_steps") if steps is None else steps
    return f"{asked}{count_words(steps)} steps; {duration_words(number(metrics, 'wall_seconds'))}"


def _spent_before(record: IterationRecord, before: IterationRecord | None) -> JsonObject:
    """The totals at its beginning: nothing before the first, unknown where the one before it is lost."""
    if before is not None:
        return before.metrics
    return {} if record.index else dict.fromkeys(SPENT, 0)


def _more_than(metrics: JsonObject, before: JsonObject, key: str) -> float | None:
    """What came to a running total in this iteration; None where either end is unknown."""
    now, then = number(metrics, key), number(before, key)
    return None if now is None or then is None else now - then


def _score_rows(metrics: JsonObject) -> Iterator[Row]:
    if metrics.get("is_valid_answer") is False and number(metrics, "drafts") is None:
        yield "score", Text("no usable answer", style="red")
    elif number(metrics, "drafts") is not None:
        yield "score", Text(draft_words(metrics))
    elif number(metrics, "return_mean") is not None:
        yield "score", Text(_score_words(metrics))
    for label, told in (("demos", demos_words(metrics)), ("asked", asked_words(metrics))):
        if told:
            yield label, Text(told)
    if verdict := word(metrics, "verdict"):
        yield "verdict", Text(verdict)


def _score_words(metrics: JsonObject) -> str:
    words = f"return {scored(number(metrics, 'return_mean'), interval(metrics, 'return_ci95'))}"
    success = number(metrics, "success_rate")
    return (
        words if success is None else f"{words}, success {percent_scored(success, interval(metrics, 'success_ci95'))}"
    )


def _problem_rows(metrics: JsonObject) -> Iterator[Row]:
    problems = value_at(metrics, "problems")
    for problem in problems if isinstance(problems, list) else [problems] if problems else []:
        yield "problem", Text(str(problem), style="yellow")


def _episode_rows(record: IterationRecord) -> Iterator[Row]:
    """Each episode of a round that a model played itself."""
    totals = _totals(record)
    columns = [value_at(totals, key) for key in ("seeds", "total_rewards", "total_timesteps")]
    if not all(isinstance(column, list) for column in columns):
        return
    reached = value_at(totals, "successes") or []
    lines = [
        f"{k}: seed {seed}, return {score_words(number({'': total}, ''))} in {steps} steps"
        + (f", {'a success' if reached[k] else 'no success'}" if k < len(reached) else "")
        for k, (seed, total, steps) in enumerate(zip(*columns, strict=False))
    ]
    more = len(lines) - MOST_EPISODES
    yield "episodes", Text("\n".join([*lines[:MOST_EPISODES], *([f"and {more} more"] if more > 0 else [])]))


def _totals(record: IterationRecord) -> JsonObject:
    try:
        found = json.loads((record.folder / TOTALS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return section({"": found}, "")


def _draft_row(draft: DraftRecord) -> Row:
    scores = draft.scores
    told = Text(draft.status, style=STATUS_TONES.get(draft.status, ""))
    if scores:
        told.append(f", {named_score(scores[-1].success, scores[-1].episode_return)}", style="default")
        told.append(f" after {count_words(scores[-1].timesteps)} steps", style="default")
    if draft.reason:
        told.append(f": {draft.reason}", style="default")
    return f"draft {draft.name}", told


def _text_rows(
    run: RunRecord, record: IterationRecord, before: IterationRecord | None, amount: Amount
) -> Iterator[Row]:
    if record.prompt:
        yield "prompt", amount.end(record.prompt)
    if record.response:
        yield "answer", amount.beginning(record.response)
    if before and asks_a_model(run.config) and not record.stage and (record.candidate or record.response):
        yield "changed", amount.change(change_between(before, record))
    if record.feedback:
        yield "feedback", amount.beginning(record.feedback)
    if record.lessons:
        yield "lessons", amount.beginning(record.lessons)
