"""Drawing a table: one mosaic of panels an action dimension, coloured by choice, with arrows on grid worlds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.policies.picture_labels import has_words, is_labelled, label_inside, label_panels, picture_title
from llmrl_runner.policies.picture_layout import GAP, Layout, Mosaic, choose_layout, mosaic
from llmrl_runner.policies.picture_map import INK, arrows_of, draw_arrows, draw_ground, fitting_map
from llmrl_runner.policies.table import TablePolicy, choice_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALETTE = ("#4C78A8", "#F58518", "#54A24B", "#E45756", "#B279A2", "#72B7B2", "#EECA3B", "#9D755D", "#FF9DA6", "#BAB0AC")
WIDEST, SMALLEST = 11.0, 3.2  # inches


def draw_table(policy: TablePolicy, config: EnvConfig, desc: Sequence[str] | None) -> "Figure":
    """The figure of a table; `desc` are the letters of a grid world's map, used where they fit its rows and columns."""
    from matplotlib.figure import Figure

    layout = choose_layout(policy.discretiser.names, policy.bins)
    pictures = [
        mosaic(policy.entries[:, dimension].reshape(policy.bins), layout) for dimension in range(policy.actions.dims)
    ]
    figure = Figure(figsize=_size(pictures), layout="constrained")
    figure.set_facecolor("white")
    for dimension, axes in enumerate(_axes(figure, pictures)):
        _draw(axes, pictures[dimension], layout, policy, config, desc)
        if not policy.actions.is_discrete:
            axes.set_title(policy.actions.names[dimension], fontsize=10, color=INK, pad=6 + 10 * has_words(layout))
    if not (arrows_of(policy) and fitting_map(desc, pictures[0])):
        _legend(figure, policy)
    figure.suptitle(picture_title(policy, config, layout, is_labelled(pictures[0])), fontsize=11, color=INK)
    return figure


def colours(policy: TablePolicy) -> list[Any]:
    """A colour for each choice: distinct for names, a scale from low to high for numbers."""
    import matplotlib

    count = policy.actions.choices
    if policy.actions.is_discrete and count <= len(PALETTE):
        return list(PALETTE[:count])
    scale = matplotlib.colormaps["turbo" if policy.actions.is_discrete else "coolwarm"]
    return [scale(place) for place in np.linspace(0.05, 0.95, count)]


def _size(pictures: list[Mosaic]) -> tuple[float, float]:
    """Width and height in inches, after the image's own shape."""
    height, width = pictures[0].image.shape
    inch_a_cell = float(np.clip(8.0 / max(width, height), 0.05, 0.8))
    columns = _columns(pictures)
    rows = -(-len(pictures) // columns)
    size = (columns * max(width * inch_a_cell, SMALLEST), rows * max(height * inch_a_cell, 1.2))
    return min(size[0] + 1.6, WIDEST), min(size[1] + 1.6, WIDEST)


def _columns(pictures: list[Mosaic]) -> int:
    """Two pictures side by side, unless they are wide themselves."""
    height, width = pictures[0].image.shape
    return 1 if len(pictures) == 1 or width > 2 * height else 2


def _axes(figure: "Figure", pictures: list[Mosaic]) -> list["Axes"]:
    columns = _columns(pictures)
    grid = figure.subplots(-(-len(pictures) // columns), columns, squeeze=False).reshape(-1)
    for axes in grid[len(pictures) :]:
        axes.set_visible(False)
    return list(grid[: len(pictures)])


def _draw(
    axes: "Axes", picture: Mosaic, layout: Layout, policy: TablePolicy, config: EnvConfig, desc: Sequence[str] | None
) -> None:
    arrows = arrows_of(policy) if layout.is_map else {}
    ground = fitting_map(desc, picture)
    if arrows and ground:
        draw_ground(axes, ground)
    else:
        _draw_choices(axes, picture, policy)
    if arrows:
        draw_arrows(axes, picture, policy, arrows, ground)
    label_inside(axes, picture, layout, policy, config)
    label_panels(axes, picture, layout, policy, config)
    axes.tick_params(length=0, labelsize=8, colors=INK)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_choices(axes: "Axes", picture: Mosaic, policy: TablePolicy) -> None:
    from matplotlib.colors import ListedColormap

    shown = np.ma.masked_equal(picture.image, GAP)
    top = policy.actions.choices - 0.5
    aspect: Literal["equal", "auto"] = "equal" if _is_square(picture) else "auto"
    axes.imshow(shown, cmap=ListedColormap(colours(policy)), vmin=-0.5, vmax=top, aspect=aspect, interpolation="none")
    if max(picture.image.shape) <= 60:
        _draw_lines(axes, picture)


def _is_square(picture: Mosaic) -> bool:
    """Whether cells may be squares: not for strips, which would become too thin to see."""
    height, width = picture.image.shape
    return bool(0.3 < height / width < 3.5)


def _draw_lines(axes: "Axes", picture: Mosaic) -> None:
    """White lines between the cells."""
    height, width = picture.image.shape
    axes.hlines(np.arange(height + 1) - 0.5, -0.5, width - 0.5, color="white", linewidth=0.8)
    axes.vlines(np.arange(width + 1) - 0.5, -0.5, height - 0.5, color="white", linewidth=0.8)


def _legend(figure: "Figure", policy: TablePolicy) -> None:
    from matplotlib.patches import Patch

    words = choice_words(policy.actions)
    patches = [Patch(color=colour, label=word) for colour, word in zip(colours(policy), words, strict=True)]
    figure.legend(handles=patches, loc="outside lower center", ncols=min(len(patches), 8), fontsize=8, frameon=False)
