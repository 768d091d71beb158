"""What metrics.json, cloning.json and the console say of a cloning."""

from typing import Any

from llmrl_runner.rl.cloning import Cloned
from llmrl_runner.runs.wording import percent_words


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
