"""A picture of a policy: arrows on the grid, maps of a table, or a matrix of weights."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.observe import number_text
from llmrl_runner.files.whole import replacing
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.policies.picture_map import INK
from llmrl_runner.policies.picture_table import draw_table
from llmrl_runner.policies.table import TablePolicy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_AN_INCH = 110


def policy_picture(
    policy: TablePolicy | LinearPolicy, config: EnvConfig, path: Path, desc: Sequence[str] | None = None
) -> None:
    """Write a PNG of `policy` to `path`, whole or not at all.

    `desc` are the rows of a grid world's map in letters (S start, F free, H hole, G goal), drawn under the arrows.
    """
    figure = draw_table(policy, config, desc) if isinstance(policy, TablePolicy) else draw_weights(policy, config)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=DOTS_AN_INCH)


def draw_weights(policy: LinearPolicy, config: EnvConfig) -> "Figure":
    """The figure of a linear policy: one row an output, one column a field and one for the bias, numbers written in."""
    from matplotlib.figure import Figure

    values = np.column_stack([policy.weights, policy.bias])
    rows, columns = values.shape
    figure = Figure(figsize=(2.2 + 0.75 * columns, 1.9 + 0.5 * rows), layout="constrained")
    axes = figure.subplots()
    # Weights of different fields have different units and sizes; the root keeps the small ones visible.
    size = np.sqrt(np.abs(values) / max(float(np.abs(values).max()), 1e-12)) * np.sign(values)
    axes.imshow(size, cmap="coolwarm", vmin=-1.3, vmax=1.3, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        axes.text(column, row, number_text(float(value)), ha="center", va="center", fontsize=8, color=INK)
    axes.set_xticks(range(columns), [*policy.fields, "bias"], rotation=35, ha="right", fontsize=8, color=INK)
    axes.set_yticks(range(rows), policy.outputs, fontsize=8, color=INK)
    axes.vlines(columns - 1.5, -0.5, rows - 0.5, color="white", linewidth=3)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    figure.suptitle(f"{config.name}: linear policy, weights in the fields' units", fontsize=11, color=INK)
    return figure
