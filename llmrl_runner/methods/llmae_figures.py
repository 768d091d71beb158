"""What metrics.json and result.json say of demonstrations, cloning and PPO."""

from importlib.metadata import version
from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.demos import Gathered
from llmrl_runner.methods.evaluation_figures import SCORES
from llmrl_runner.rl.cloning import Cloned
from llmrl_runner.runs.iteration import Record
from llmrl_runner.runs.wording import percent_words

INVALID = ("invalid_answers", "invalid_rate", "invalid_kinds")


def cloning_figures(cloned: Cloned) -> dict[str, Any]:
    """What was cloned, for how long, and how well the network tells demonstrated actions."""
    held_out = cloned.held_out_accuracy
    kept = cloned.best_epoch - 1  # before the first epoch nothing was measured
    return {
        "pairs": cloned.pairs,
        "episodes": cloned.episodes,
        "held_out_episodes": cloned.held_out_episodes,
        "epochs": cloned.epochs,
        "best_epoch": cloned.best_epoch,
        "why_stopped": cloned.ended_by,
        "accuracy": float(cloned.accuracy[kept]) if kept >= 0 else None,
        "held_out_accuracy": float(held_out[kept]) if held_out is not None and kept >= 0 else None,
    }


def cloned_words(cloned: Cloned) -> str:
    """`266 pairs of 16 episodes cloned in 84 epochs: loss 0.031, 98.9 % of the actions right`, and of held-out ones."""
    kept, told = cloned.best_epoch - 1, cloning_figures(cloned)
    counts = f"{cloned.pairs:,} pairs of {cloned.episodes} episodes cloned in {cloned.epochs} epochs"
    if kept < 0:
        return counts
    held_out = told["held_out_accuracy"]
    others = "" if held_out is None else f", {percent_words(held_out)} of held-out ones"
    return f"{counts}: loss {cloned.loss[kept]:.3f}, {percent_words(told['accuracy'])} of the actions right{others}"


def epochs_of(cloned: Cloned) -> dict[str, Any]:
    """The course of a cloning, a number an epoch: for cloning.json."""
    columns = ("loss", "entropy", "accuracy", "held_out_loss", "held_out_accuracy")
    values = {name: getattr(cloned, name) for name in columns}
    return {name: None if column is None else column.tolist() for name, column in values.items()}


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
