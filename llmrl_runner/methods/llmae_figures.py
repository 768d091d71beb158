"""What metrics.json and result.json say of demonstrations, cloning and PPO."""

from importlib.metadata import version
from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.demos import Gathered
from llmrl_runner.methods.evaluation_figures import SCORES
from llmrl_runner.runs.iteration import Record

INVALID = ("invalid_answers", "invalid_rate", "invalid_kinds")


def demo_figures(config: Config, gathered: Gathered) -> dict[str, Any]:
    """Who demonstrated what, how, and how well."""
    demos, shown = config.method.demos, gathered.demonstrations
    kind = "file" if demos.path is not None else demos.kind
    told = {"kind": kind, "source": demos.path or shown.how, "model": shown.model or None}
    return {**told, "kept": len(shown), **gathered.figures}


def stage_extras(init: str, history: list[Record]) -> dict[str, Any]:
    """result.json's `demos`, `cloning` and `training`; null for stages that there weren't."""
    stages = {record.metrics["stage"]: record.metrics for record in history}
    demos = stages.get("demonstrations", {}).get("demos")
    cloning = stages.get("cloning", {})
    scores = {name: cloning[name] for name in SCORES if name in cloning}
    steps = stages.get("PPO", {}).get("trained_steps", 0)
    return {
        "demos": demos,
        **_answers(demos or {}),
        "cloning": {**cloning["cloning"], **scores} if "cloning" in cloning else None,
        "training": {
            "what": f"PPO, {steps:,} steps",
            "with": f"stable-baselines3 {version('stable-baselines3')}",
            "algorithm": "PPO",
            "env_steps": steps,
            "init": init,
            "transfer_steps": stages.get("transfer", {}).get("trained_steps"),
        },
    }


def _answers(demos: dict[str, Any]) -> dict[str, Any]:
    """How many answers there were and how many could not be used, where a model was asked."""
    told = {name: demos[name] for name in INVALID if name in demos}
    return {**told, "answers": demos["calls"]} if told else {}
