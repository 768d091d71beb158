"""What an LLM is told of a draft that was tried: how training went, term by term, and what seems to be wrong."""

from llmrl_runner.methods.rewards.draft import Draft
from llmrl_runner.methods.rewards.faults import faults, milestones
from llmrl_runner.methods.rewards.ranking import rung_words
from llmrl_runner.methods.rewards.seen import TrainingSeen
from llmrl_runner.methods.rewards.tables import correlations_text, evaluations_table, paid_table


def training_feedback(draft: Draft, seen: TrainingSeen) -> str:
    """All that the figures of one training say, in Markdown."""
    tuning = f"Tuning after its training: {draft.tuning}." if draft.tuning else ""
    parts = [_headline(draft), tuning, milestones(seen)]
    if seen.scores:
        parts.append(f"The environment's own measure, most likely actions:\n\n{_block(evaluations_table(seen.scores))}")
    if seen.played:
        title = "What it paid a step in training, each column a tenth of the steps, terms as they enter the sum:"
        parts.append(f"{title}\n\n{_block(paid_table(seen.played))}")
    parts += [correlations_text(seen.last), _listed("What seems to be wrong", faults(seen))]
    parts.append(_listed("Remarks of the checks before training", draft.warnings))
    return "\n\n".join(part for part in parts if part) + "\n"


def failure_feedback(draft: Draft, problem: str, traceback: str = "") -> str:
    """Of a draft whose code ended its training, or fell in a check: what it was, and where in its own lines."""
    lines = [f"Draft {draft.name} could not be trained to the end: {problem}."]
    if traceback:
        lines.append(_block(traceback.strip()))
    lines.append("Misread fields or unguarded arithmetic are the usual causes.")
    return "\n\n".join([*lines, *(rung_words(rung) for rung in draft.rungs)]) + "\n"


def _headline(draft: Draft) -> str:
    """What it came to, and how the cheap test of its taste went."""
    scores = "; ".join(rung_words(rung) for rung in draft.rungs)
    told = draft.preference
    taste = ""
    if told is not None and told.share is not None:
        better = "successful" if told.by == "success" else "better"
        taste = f" Of {told.pairs} pairs of stored episodes it paid the {better} one more in {told.share:.0%}."
    return f"Draft {draft.name}: {scores or 'not trained'}.{taste}"


def _block(text: str) -> str:
    return f"```\n{text}\n```"


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""
