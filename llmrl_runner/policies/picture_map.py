"""Drawing a table on a grid world's map: arrows for directions, letters for everything else."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.policies.picture_layout import GAP, Mosaic
from llmrl_runner.policies.table import TablePolicy, choice_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#22303C"
GROUND = {"S": "#FFF3C4", "F": "#F4F8FB", "H": "#3B5573", "G": "#8CCB8C"}
ARROWS = {
    "left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1),
    "west": (-1, 0), "east": (1, 0), "north": (0, -1), "south": (0, 1),
}  # fmt: skip


def fitting_map(desc: Sequence[str] | None, picture: Mosaic) -> Sequence[str] | None:
    """The map, where it has a letter for each cell of the only panel."""
    if desc is None or (len(desc), len(desc[0])) != picture.image.shape:
        return None
    return desc


def draw_ground(axes: "Axes", ground: Sequence[str]) -> None:
    """The map itself: a colour for each kind of ground, letters on start, holes and goal."""
    from matplotlib.colors import to_rgb

    axes.imshow([[to_rgb(GROUND.get(letter, "#F4F8FB")) for letter in row] for row in ground], interpolation="none")
    for row, letters in enumerate(ground):
        for column, letter in enumerate(letters):
            axes.add_patch(_outline(row, column))
            if letter in "SHG":
                _draw_letter(axes, row, column, letter)


def _draw_letter(axes: "Axes", row: int, column: int, letter: str) -> None:
    """H and G fill their cell, where no action matters; S leaves room for an arrow."""
    aside = 0.36 if letter == "S" else 0.0
    colour = "white" if letter == "H" else INK
    size = 9 if letter == "S" else 13
    axes.text(column - aside, row - aside, letter, ha="center", va="center", fontsize=size, color=colour, weight="bold")


def _outline(row: int, column: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="#B8C4CE", linewidth=0.8)


def arrows_of(policy: TablePolicy) -> dict[int, tuple[int, int]]:
    """The direction of each action whose name has one in it; none where fewer than four have."""
    found = {}
    for choice, name in enumerate(policy.actions.names if policy.actions.is_discrete else ()):
        words = [word for word in re.findall(r"[a-z]+", name.lower()) if word not in ("move", "go", "step", "walk")]
        if len(words) == 1 and words[0] in ARROWS:  # `pick up` is no direction
            found[choice] = ARROWS[words[0]]
    return found if len(set(found.values())) == 4 else {}


def draw_arrows(
    axes: "Axes",
    picture: Mosaic,
    policy: TablePolicy,
    arrows: dict[int, tuple[int, int]],
    ground: Sequence[str] | None,
) -> None:
    """An arrow in each cell whose action is a direction, the first letter of the action in the others."""
    colour = INK if ground else "white"
    initials = [word[0].upper() for word in choice_words(policy.actions)]
    for row, column in zip(*np.nonzero(picture.image != GAP), strict=True):
        choice = int(picture.image[row, column])
        if ground and ground[row][column] in "HG":
            continue
        if choice in arrows:
            _draw_arrow(axes, (int(column), int(row)), arrows[choice], colour)
        else:
            axes.text(column, row, initials[choice], ha="center", va="center", fontsize=7, color=colour, weight="bold")


def _draw_arrow(axes: "Axes", centre: tuple[int, int], step: tuple[int, int], colour: str) -> None:
    start = (centre[0] - 0.3 * step[0], centre[1] - 0.3 * step[1])
    end = (centre[0] + 0.3 * step[0], centre[1] + 0.3 * step[1])
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.4, "shrinkA": 0, "shrinkB": 0},
    )
