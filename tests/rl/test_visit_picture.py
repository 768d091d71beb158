from pathlib import Path

import numpy as np
from PIL import Image

from llmrl_runner.rl.visit_picture import CELL, GAP, NEVER, RAMP, visits_picture, write_visits

VISITS = np.array([[0, 1, 4], [0, 0, 16]])  # two columns of three rows


def colour_of(picture: Image.Image, column: int, row: int) -> tuple[int, ...]:
    """At the middle of a cell."""
    at = [GAP + place * (CELL + GAP) + CELL // 2 for place in (column, row)]
    found = picture.getpixel((at[0], at[1]))
    assert isinstance(found, tuple)
    return found


def test_each_cell_is_coloured_by_its_visits_with_the_first_row_on_top() -> None:
    picture = visits_picture(VISITS)

    assert picture.size == (2 * (CELL + GAP) + GAP, 3 * (CELL + GAP) + GAP)
    assert colour_of(picture, 1, 2) == tuple(RAMP[-1])
    assert colour_of(picture, 0, 2) == tuple(RAMP[2])  # a quarter of the most: half of its square root
    assert colour_of(picture, 0, 1) == tuple(RAMP[1])
    assert colour_of(picture, 0, 0) == colour_of(picture, 1, 0) == NEVER


def test_a_world_in_which_nobody_stood_can_be_drawn(tmp_path: Path) -> None:
    write_visits(np.zeros((4, 4), dtype=np.int64), tmp_path / "visits.png")

    with Image.open(tmp_path / "visits.png") as picture:
        assert colour_of(picture.convert("RGB"), 3, 3) == NEVER
