"""A heat map of where agents stood in a grid, as a picture: each cell's share of the steps, row 0 on top."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.files.whole import replacing

if TYPE_CHECKING:
    from PIL.Image import Image

CELL, GAP = 28, 2  # pixels of a cell, and of the line around it
GROUND, NEVER = (255, 255, 255), (225, 225, 228)  # between cells, and where nobody stood
# From seldom to often: five colours of viridis, evenly apart, and what lies between them.
RAMP = np.array([(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)], dtype=np.float64)


def write_visits(visits: IntArray, path: Path) -> None:
    """Write the picture of counts (columns, rows) as a PNG, whole or not at all."""
    with replacing(path) as temporary:
        visits_picture(visits).save(temporary, format="PNG")


def visits_picture(visits: IntArray) -> "Image":
    """See above. Colours go by the square root of a cell's share of the most visited one's: rare visits stay apart."""
    from PIL import Image

    columns, rows = visits.shape
    side = CELL + GAP
    pixels = np.full((rows * side + GAP, columns * side + GAP, 3), GROUND, dtype=np.uint8)
    levels = np.sqrt(visits / max(1, int(visits.max())))
    for column, row in np.ndindex(columns, rows):
        left, top = column * side + GAP, row * side + GAP
        shade = _colour(float(levels[column, row])) if visits[column, row] else np.array(NEVER)
        pixels[top : top + CELL, left : left + CELL] = shade
    return Image.fromarray(pixels)


def _colour(level: float) -> AnyArray:
    places: FloatArray = np.linspace(0, 1, len(RAMP))
    return np.array([np.interp(level, places, RAMP[:, channel]) for channel in range(3)]).round()
