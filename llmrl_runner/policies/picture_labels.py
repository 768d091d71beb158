"""The words around a table's panels: names and units of fields, bins, and what each panel stands for."""

from typing import TYPE_CHECKING

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig, FieldConfig
from llmrl_runner.envs.observe import number_text
from llmrl_runner.policies.picture_layout import Layout, Mosaic
from llmrl_runner.policies.picture_map import INK
from llmrl_runner.policies.table import TablePolicy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TICKS, MOST_MAP_TICKS = 6, 12
MOST_LABELLED_PANELS = 40  # more are told in the title alone


def label_inside(axes: "Axes", picture: Mosaic, layout: Layout, policy: TablePolicy, config: EnvConfig) -> None:
    """Ticks and names of the fields within a panel, on the panels at the bottom and at the left."""
    height, width = picture.panel
    x_words = _bin_words(layout.x, policy, config)
    y_words = _bin_words(layout.y, policy, config)
    y_words = y_words if layout.is_map else y_words[::-1]
    lefts = picture.left if len(picture.left) * width <= 24 else picture.left[:1]
    tops = picture.top if len(picture.top) * height <= 40 else picture.top[-1:]
    most = MOST_MAP_TICKS if layout.is_map else MOST_TICKS
    x_ticks = _ticks(width, most) if is_labelled(picture) else []
    y_ticks = _ticks(height, most) if is_labelled(picture) else []
    axes.set_xticks(
        [left + tick for left in lefts for tick in x_ticks], [x_words[tick] for _ in lefts for tick in x_ticks]
    )
    axes.set_yticks([top + tick for top in tops for tick in y_ticks], [y_words[tick] for _ in tops for tick in y_ticks])
    axes.set_xlabel(_field_words(layout.x, policy, config), fontsize=9, color=INK)
    axes.set_ylabel(_field_words(layout.y, policy, config), fontsize=9, color=INK)
    if any(len(word) > 4 for word in x_words) and len(lefts) * len(x_ticks) > 8:
        axes.tick_params(axis="x", labelrotation=90)


def label_panels(axes: "Axes", picture: Mosaic, layout: Layout, policy: TablePolicy, config: EnvConfig) -> None:
    """What each row of panels stands for at the right, what each column stands for on top."""
    if not is_labelled(picture):
        return
    height, width = picture.panel
    right, across = picture.image.shape[1] + 0.1, _panel_words(layout.across, policy, config)
    for left, word in zip(picture.left, across, strict=False):
        axes.text(left + (width - 1) / 2, -0.8, word, ha="center", va="bottom", fontsize=7.5, color=INK)
    for top, word in zip(picture.top, _panel_words(layout.down, policy, config), strict=False):
        axes.text(right, top + (height - 1) / 2, word, ha="left", va="center", fontsize=7.5, color=INK, rotation=270)


def picture_title(policy: TablePolicy, config: EnvConfig, layout: Layout, is_labelled: bool) -> str:
    """The environment, the size, and the fields of the panels where these are too many to be written beside them."""
    title = f"{config.name}: table of {policy.discretiser.n_cells} cells"
    for side, dimensions in (("down", layout.down), ("across", layout.across)):
        if len(dimensions) > is_labelled:  # one field a side is written beside its panels
            title += f"\npanels {side}: " + " x ".join(policy.discretiser.names[part] for part in dimensions)
    return title


def is_labelled(picture: Mosaic) -> bool:
    """Whether there is room for words at the panels."""
    return len(picture.top) * len(picture.left) <= MOST_LABELLED_PANELS


def has_words(layout: Layout) -> bool:
    """Whether words stand on top of the panels."""
    return len(layout.across) == 1


def _panel_words(dimensions: tuple[int, ...], policy: TablePolicy, config: EnvConfig) -> list[str]:
    """`cart position 2.4` for each panel along one side; nothing where several fields share the side."""
    if len(dimensions) != 1:
        return []
    name = policy.discretiser.names[dimensions[0]]
    return [f"{name} {bin}" for bin in _bin_words(dimensions, policy, config)]


def _bin_words(dimensions: tuple[int, ...], policy: TablePolicy, config: EnvConfig) -> list[str]:
    """A word for each bin of one dimension: its label or its centre."""
    if not dimensions:
        return [""]
    field = _field(dimensions[0], policy, config)
    centres = policy.discretiser.centres(dimensions[0])
    if field.labels and len(field.labels) == len(centres):
        return list(field.labels)
    return [number_text(centre, 3) for centre in centres]


def _field_words(dimensions: tuple[int, ...], policy: TablePolicy, config: EnvConfig) -> str:
    fields = [_field(dimension, policy, config) for dimension in dimensions]
    return ", ".join(f"{field.name} ({field.unit})" if field.unit else field.name for field in fields)


def _field(dimension: int, policy: TablePolicy, config: EnvConfig) -> FieldConfig:
    name = policy.discretiser.names[dimension]
    return next(field for field in config.observation if field.name == name)


def _ticks(size: int, most: int) -> list[int]:
    """Up to so many places of a panel's side, evenly spread."""
    return sorted({int(place) for place in np.linspace(0, size - 1, min(size, most)).round()})
