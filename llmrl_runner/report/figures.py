"""The head of the page: what run this is, how it stands, and the one figure that it is about."""

from dataclasses import dataclass

from llmrl_runner.report.reading import RunRecord
from llmrl_runner.runs.lookup import interval, number, section, word
from llmrl_runner.runs.wording import (
    UNKNOWN,
    asks_a_model,
    cost_words,
    count_words,
    held_out_score,
    held_out_success,
    result_drift,
    scored,
    untested_words,
)

STATE_TONES = {"finished": "good", "failed": "bad", "running": "warn"}


@dataclass(frozen=True)
class Headline:
    """The one figure that the run is about."""

    label: str
    value: str
    interval: str
    note: str


def state_of(run: RunRecord) -> str:
    """finished, running, failed or unknown. result.json is written last, so where it stands the run is finished."""
    return "finished" if run.result else word(run.status, "state") or UNKNOWN


def title_of(run: RunRecord) -> str:
    """`tabular on cartpole`, or the folder's name where neither configuration nor result can be read."""
    method = word(run.config, "method", "name") or word(run.result, "method")
    env = word(run.config, "env", "name") or word(run.result, "env")
    return f"{method} on {env}" if method and env else f"Run {run.folder.name}"


def chips(run: RunRecord) -> list[tuple[str, str]]:
    """Short facts under the title, each with a tone."""
    seed = number(run.config, "seed")
    model = word(run.result, "llm", "model") or word(run.config, "llm", "model")
    facts = [
        (state_of(run), STATE_TONES.get(state_of(run), "")),
        (word(run.config, "env", "id") or "", ""),
        (f"seed {seed:.0f}" if seed is not None else "", ""),
        *([(model or "", ""), (backend_of(run), "")] if asks_a_model(run.config) else [("no model is asked", "")]),
    ]
    return [(text, tone) for text, tone in facts if text]


def notices(run: RunRecord) -> list[tuple[str, str]]:
    """What a reader must know before believing a figure, each with a tone."""
    found = []
    reason = word(run.status, "reason")
    if state_of(run) == "failed":
        found.append(("bad", f"The run failed: {reason or 'no reason was noted'}"))
    if state_of(run) in ("running", UNKNOWN):
        seen = word(run.status, "updated")
        found.append(
            ("warn", f"The run had not finished when this page was written{f' (last seen {seen})' if seen else ''}.")
        )
    if ended_by := word(run.result, "ended_by"):
        found.append(("warn", f"Ended before its last iteration: {ended_by}"))
    if number(run.result, "llm", "replay_drift"):
        found.append(
            ("warn", f"Replay drift: {result_drift(run.result)}. The model never saw the question it answers here.")
        )
    if word(run.result, "sandbox") == "none":
        found.append(("bad", "Code that a model wrote ran unconfined (sandbox=none)."))
    return found


def headline(run: RunRecord) -> Headline:
    """The held-out return; while there is none, the best score that the search saw, and said to be that.

    Of a run about rewards the held-out success, where it is defined.
    """
    if run.is_about_rewards and (success := held_out_success(run.result)):
        return _success_headline(run, success)
    if number(run.result, "held_out", "return_mean") is not None:
        episodes = count_words(number(run.result, "held_out", "episodes"))
        value, _, inside = held_out_score(run.result).partition(" ")
        note = f"mean of {episodes} episodes whose seeds no choice ever saw"
        return Headline("Held-out return", value, inside, note)
    if untested := untested_words(run.result):
        return Headline("Held-out return", "none", "", f"{untested}, so there was nothing to test")
    if run.has_stages:
        last = run.iterations[-1]
        value, _, inside = scored(number(last.metrics, "return_mean"), interval(last.metrics, "return_ci95")).partition(
            " "
        )
        return Headline("Return so far", value, inside, f"after {last.stage}; not yet tested on held-out episodes")
    best = run.best_metrics or (run.best_iteration.metrics if run.best_iteration else {})
    search, bounds = number(best, "return_mean"), interval(best, "return_ci95")
    value, _, inside = scored(search, bounds).partition(" ")
    return Headline("Best return in the search", value, inside, "not yet tested on held-out episodes")


def row_words(run: RunRecord) -> list[str]:
    """A run in a row of several: state, score, calls so far and what they cost."""
    score = headline(run)
    spent = section(run.result, "llm") or (run.iterations[-1].metrics if run.iterations else {})
    cost = cost_words(number(spent, "cost_usd")).removeprefix("cost ")
    words = f"{score.label.lower()} {score.value} {score.interval}".strip()
    return [state_of(run), words, count_words(number(spent, "calls")), cost]


def _success_headline(run: RunRecord, success: str) -> Headline:
    value, _, inside = success.partition(" [")
    episodes, seeds = (
        count_words(number(run.result, *path)) for path in (("held_out", "episodes"), ("final", "seeds"))
    )
    note = f"of {episodes} episodes whose seeds no choice ever saw, dealt out to the networks of {seeds} fresh seeds"
    return Headline("Held-out success", value, f"[{inside}" if inside else "", note)


def version_lines(run: RunRecord) -> list[tuple[str, str]]:
    """Package and version, as the run noted them."""
    return [(str(name), str(version or "not installed")) for name, version in section(run.result, "versions").items()]


def backend_of(run: RunRecord) -> str:
    """replay, random, manual or live; empty where nobody says."""
    return word(run.result, "llm", "backend") or word(run.config, "llm", "backend") or ""
