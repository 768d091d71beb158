"""What metrics.json says of a proposal: how its answer was written, and how it did beside the best policy so far."""

from collections.abc import Sequence
from typing import Any

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.llm.parsing import Parsed
from llmrl_runner.methods.forms import Draft
from llmrl_runner.rl.evaluation import Comparison, success_figures
from llmrl_runner.rl.intervals import mean_interval
from llmrl_runner.runs.iteration import Record


def answer_figures(proposal: Parsed[Draft], is_fresh_start: bool) -> dict[str, Any]:
    """What is known of an answer before it is tried."""
    draft = proposal.value
    return {
        "is_valid_answer": proposal.is_valid,
        "is_repaired": proposal.is_repaired,
        "is_fresh_start": is_fresh_start,
        "problems": [*proposal.problems, *(draft.problems if draft else [])],
        **(draft.figures if draft else {}),
    }


def answer_rates(records: Sequence[Record]) -> dict[str, float | None]:
    """The shares of iterations whose answer could not be used, and whose could after it was asked for again."""
    invalid = sum(not record.metrics["is_valid_answer"] for record in records)
    repaired = sum(bool(record.metrics["is_repaired"]) for record in records)
    count = len(records) or None
    return {"invalid_rate": count and invalid / count, "repaired_rate": count and repaired / count}


def contest_figures(contest: Comparison, env: EnvConfig) -> dict[str, Any]:
    """How a policy that was tried did on its selection episodes."""
    scores, bound = contest.challenger, env.return_max
    is_full_test = len(scores) == env.evaluation.selection_episodes[-1]
    return {
        "return_mean": float(scores.returns.mean()),
        "return_ci95": mean_interval(scores.returns),
        **success_figures(scores),
        "selection_episodes": len(scores),
        "incumbent_return_mean": float(contest.incumbent.returns.mean()) if contest.incumbent else None,
        "difference": contest.difference,
        "difference_ci": contest.interval,
        "is_at_bound": bound is not None and is_full_test and bool((scores.returns >= bound).all()),
        "verdict": contest.reason,
        "outcome": f"mean return {contest.reason}",
    }


def unusable_figures(outcome: str) -> dict[str, Any]:
    """The same where there was no policy to try, and `outcome` says why."""
    return {"return_mean": None, "verdict": outcome, "outcome": outcome}
