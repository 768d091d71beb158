"""What metrics and pages say of lines, advice and texts."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.encoders.embeddings import EmbeddingsEncoder
from llmrl_runner.encoders.table import TextTable
from llmrl_runner.envs.describe import markdown_table
from llmrl_runner.llm.parsing import Parsed
from llmrl_runner.methods.augmenting.lines import Line, Lines
from llmrl_runner.rl.advice import Advice
from llmrl_runner.rl.algorithms import algorithm_of
from llmrl_runner.rl.told_batch import ToldBatch


def answered(outcomes: Sequence[Parsed[Any] | None]) -> dict[str, int]:
    """How many questions were asked and answered, by answers that could be used, some after a repair."""
    given = [outcome for outcome in outcomes if outcome is not None]
    return {
        "asked": len(outcomes),
        "answered": len(given),
        "valid": sum(outcome.is_valid for outcome in given),
        "repaired": sum(outcome.is_repaired for outcome in given),
    }


def told_figures(batch: ToldBatch, advice: Advice | None, table: TextTable | None) -> dict[str, Any]:
    """Of a training's environments: how many lines came up, how much of it was advised on and heeded; the texts."""
    steps = sum(batch.met.values())
    figures: dict[str, Any] = {"lines": len(batch.met)} if steps else {}
    if advice is not None and steps:
        figures["advised_share"] = sum(times for line, times in batch.met.items() if line in advice) / steps
        figures["advice_agreement"] = batch.agreement
    if table is not None:
        figures |= {"texts": len(table.texts) - 1, "texts_encoded": table.encoded, "texts_from_disk": table.found}
        if isinstance(table.encoder, EmbeddingsEncoder):
            figures |= {"encoder_calls": table.encoder.calls, "encoder_tokens": table.encoder.tokens}
    return figures


def trained_by(config: Config) -> str:
    """The algorithm's name."""
    return "RecurrentPPO" if config.method.memory == "lstm" else algorithm_of(config.training).name


def training_extras(config: Config, steps: int) -> dict[str, Any]:
    """result.json's `training`."""
    name = trained_by(config)
    package = "sb3-contrib" if name in ("RecurrentPPO", "TQC") else "stable-baselines3"
    what = f"{name}, {steps:,} steps"
    return {"what": what, "with": f"{package} {version(package)}", "algorithm": name, "env_steps": steps}


def lines_page(lines: Lines) -> str:
    """The lines as a table, those first that came up most."""
    rows = [(str(entry.met), line, _advised(entry), _scored(entry)) for line, entry in _ordered(lines)]
    return f"Asked: {lines.by or 'nobody'}\n\n" + markdown_table(("times", "line", "advice", "score"), rows)


def _ordered(lines: Lines) -> list[tuple[str, Line]]:
    return [(line, lines.of[line]) for line in lines.most_met(len(lines.of))]


def _advised(entry: Line) -> str:
    most_first = sorted(entry.advice.items(), key=lambda vote: -vote[1])
    return ", ".join(f"{name} {times}" if len(most_first) > 1 else name for name, times in most_first) or "-"


def _scored(entry: Line) -> str:
    return f"{sum(entry.scores) / len(entry.scores):.0f}" if entry.scores else "-"
