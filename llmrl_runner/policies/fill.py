"""What a table does in the cells that the LLM left out."""

import numpy as np
from numpy.random import Generator

from llmrl_runner.envs.arrays import BoolArray, IntArray
from llmrl_runner.policies.table_text import NO_CHOICE

FILLS = ("best", "nearest", "random", "default")


def fill_table(
    entries: IntArray,
    bins: tuple[int, ...],
    choices: int,
    fill: str,
    *,
    rng: Generator,
    incumbent: IntArray | None = None,
    default: int = 0,
) -> IntArray:
    """The table with every cell decided; cells that have an entry keep it.

    entries (n_cells, dims) with NO_CHOICE where nothing is known; bins (k,) the table's shape. `best` takes the
    `incumbent`'s entries (n_cells, dims), or `nearest` where there is none yet; `nearest` those of a nearest covered
    cell, by Euclidean distance in bins; `random` draws each choice from `rng`; `default` writes `default`. Raises
    ValueError for an unknown fill, and for `nearest` where no cell is covered.
    """
    missing: BoolArray = entries[:, 0] == NO_CHOICE
    filled = entries.copy()
    if not missing.any():
        return filled
    if fill == "best" and incumbent is not None:
        filled[missing] = incumbent[missing]
    elif fill in ("best", "nearest"):
        filled[missing] = entries[_nearest_covered(missing, bins)[missing]]
    elif fill == "random":
        filled[missing] = rng.integers(choices, size=(int(missing.sum()), entries.shape[1]))
    elif fill == "default":
        filled[missing] = _checked(default, choices)
    else:
        raise ValueError(f"fill must be one of {', '.join(FILLS)}, not `{fill}`")
    return filled


def _nearest_covered(missing: BoolArray, bins: tuple[int, ...]) -> IntArray:
    """For each cell the number of a covered cell nearest to it, (n_cells,)."""
    from scipy.ndimage import distance_transform_edt

    if missing.all():
        raise ValueError("no cell is covered, so there is no nearest one")
    indices = distance_transform_edt(missing.reshape(bins), return_distances=False, return_indices=True)
    return np.asarray(np.ravel_multi_index(tuple(indices), bins), dtype=np.int64).reshape(-1)


def _checked(default: int, choices: int) -> int:
    if not 0 <= default < choices:
        raise ValueError(f"the default action {default} is out of range 0-{choices - 1}")
    return default
