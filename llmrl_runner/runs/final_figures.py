"""The figures of result.json that stand beside a run's settings on TensorBoard's HPARAMS page."""

from dataclasses import dataclass

from llmrl_runner.runs.lookup import JsonObject, number


@dataclass(frozen=True)
class FinalFigure:
    """A scalar of TensorBoard's: its tag, what its column is called, and where result.json has it."""

    tag: str
    title: str
    path: tuple[str, ...]


# In the order of the page's columns, of which TensorBoard shows the first five until more are asked for.
FINAL_FIGURES = (
    FinalFigure("summary/held_out_return", "held-out return", ("held_out", "return_mean")),
    FinalFigure("summary/held_out_success", "held-out success", ("held_out", "success_rate")),
    FinalFigure("summary/llm_calls", "LLM calls", ("llm", "calls")),
    FinalFigure("summary/llm_cost_usd", "LLM cost ($)", ("llm", "cost_usd")),
    FinalFigure("summary/env_steps", "environment steps", ("budget", "env_steps")),
    FinalFigure("summary/prompt_tokens", "prompt tokens", ("llm", "prompt_tokens")),
    FinalFigure("summary/completion_tokens", "answer tokens", ("llm", "completion_tokens")),
    FinalFigure("summary/wall_seconds", "wall time (s)", ("wall_seconds",)),
    FinalFigure("summary/search_return", "search return", ("search", "return_mean")),
)


def final_figures(result: JsonObject) -> dict[str, float]:
    """The figures of a result by their tags; what is unknown is left out."""
    known = {figure.tag: number(result, *figure.path) for figure in FINAL_FIGURES}
    return {tag: value for tag, value in known.items() if value is not None}
