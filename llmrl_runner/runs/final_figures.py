"""The figures of result.json that stand beside a run's settings on TensorBoard's HPARAMS page."""

from dataclasses import dataclass

from llmrl_runner.runs.lookup import JsonObject, number


@dataclass(frozen=True)
class FinalFigure:
    """A scalar of TensorBoard's: its tag, what its column is called, and where result.json has it."""

    tag: str
    title: str
    path: tuple[str, ...]


FINAL_FIGURES = (
    FinalFigure("held_out/return_mean", "held-out return", ("held_out", "return_mean")),
    FinalFigure("held_out/success_rate", "held-out success", ("held_out", "success_rate")),
    FinalFigure("search/return_mean", "search return (chosen for being high)", ("search", "return_mean")),
    FinalFigure("llm/calls", "LLM calls", ("llm", "calls")),
    FinalFigure("llm/prompt_tokens", "prompt tokens", ("llm", "prompt_tokens")),
    FinalFigure("llm/completion_tokens", "answer tokens", ("llm", "completion_tokens")),
    FinalFigure("llm/cost_usd", "LLM cost ($)", ("llm", "cost_usd")),
    FinalFigure("budget/env_steps", "environment steps", ("budget", "env_steps")),
    FinalFigure("budget/wall_seconds", "wall time (s)", ("wall_seconds",)),
)


def final_figures(result: JsonObject) -> dict[str, float]:
    """The figures of a result by their tags; what is unknown is left out."""
    known = {figure.tag: number(result, *figure.path) for figure in FINAL_FIGURES}
    return {tag: value for tag, value in known.items() if value is not None}
