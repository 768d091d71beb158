"""What metrics.json and result.json say of drafts, and what feedback.md tells."""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.rewards.desk import Answered
from llmrl_runner.methods.rewards.draft import Draft, Status, ranked
from llmrl_runner.methods.rewards.finals import Finals, final_timesteps
from llmrl_runner.methods.rewards.job import WRITTEN
from llmrl_runner.methods.rewards.ranking import ranking_text
from llmrl_runner.rl.algorithms import algorithm_of
from llmrl_runner.runs.iteration import Record
from llmrl_runner.sandbox.ways import find_way

ENDS: tuple[Status, ...] = ("trained", "let go", "failed", "rejected")


def iteration_figures(answered: Sequence[Answered], best: Draft | None, config: Config) -> dict[str, Any]:
    """Of the iteration's drafts, and of its best one by the last evaluation of its training."""
    counts = Counter(each.draft.status for each in answered)
    usable, repaired = (sum(getattr(each.parsed, name) for each in answered) for name in ("is_valid", "is_repaired"))
    figures = {
        "drafts": len(answered),
        "usable_drafts": usable,
        "repaired_drafts": repaired,
        **{f"{status.replace(' ', '_')}_drafts": counts[status] for status in ENDS},
        "is_valid_answer": usable > 0,
        "best_draft": None if best is None else best.name,
        "return_mean": None,
    }
    if best is None:
        return {**figures, "verdict": "no draft was trained to the end"}
    rung = best.rungs[-1]
    return {
        **figures,
        "return_mean": rung.episode_return,
        "success_rate": rung.success,
        "selection_episodes": config.training.evaluation_episodes,
        "verdict": f"draft {best.name} is the best of its iteration",
    }


def iteration_text(drafts: Sequence[Draft], best: Draft | None) -> str:
    """All drafts so far in a ranking, and what training showed of this iteration's best."""
    parts = ["All drafts so far, the best first:", ranking_text(drafts)]
    return "\n\n".join([*parts, *([best.feedback.strip()] if best else [])]) + "\n"


def result_figures(
    config: Config, drafts: Sequence[Draft], records: Sequence[Record], finals: Finals | None
) -> dict[str, Any]:
    """What result.json says beside what every method's does."""
    return {
        "reward": config.method.reward,
        **(search_figures(config, drafts, records) if config.method.reward == WRITTEN else {}),
        "training": training_figures(config),
        "final": None if finals is None else finals.figures(),
    }


def search_figures(config: Config, drafts: Sequence[Draft], records: Sequence[Record]) -> dict[str, Any]:
    """How many drafts came to what, and what the search for the best of them took."""
    counts = Counter(draft.status for draft in drafts)
    usable, repaired = (_sum(records, f"{name}_drafts") for name in ("usable", "repaired"))
    best = next((draft.name for draft in ranked(drafts) if draft.status == "trained"), None)
    last = {"best": best, "env_steps": int(records[-1].metrics["env_steps"]) if records else 0}
    told = {status.replace(" ", "_"): counts[status] for status in ENDS}
    return {
        "knowledge": config.method.knowledge,
        "sandbox": find_way(config.sandbox).name,
        "drafts": {"asked": len(drafts), "usable": usable, "repaired": repaired, **told, **last},
        "invalid_rate": 1 - usable / len(drafts) if drafts else None,
        "repaired_rate": repaired / len(drafts) if drafts else None,
    }


def training_figures(config: Config) -> dict[str, Any]:
    """What the reported networks were trained with."""
    algorithm, steps = algorithm_of(config.training), final_timesteps(config)
    seeds = config.method.final_seeds
    package = algorithm.package.replace("_", "-")
    return {
        "what": f"{algorithm.name}, {steps:,} steps, {seeds} {'seed' if seeds == 1 else 'seeds'}",
        "with": f"{package} {version(package)}",
        "algorithm": algorithm.name,
        "env_steps": steps,
    }


def _sum(records: Sequence[Record], name: str) -> int:
    return sum(int(record.metrics[name]) for record in records)
