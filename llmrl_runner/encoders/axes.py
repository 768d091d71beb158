"""Vectors of texts along the directions in which they differ.

What a frozen encoder makes of an environment's texts lies close together and differs in few directions, since they are
much alike. A layer that reads these alone costs a training less, the same for vectors of any size.
"""

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, FloatArray

MOST_AXES = 64
LEAST_SPREAD = 1e-6  # along an axis, against the first one's


def principal_axes(vectors: AnyArray, most: int = MOST_AXES) -> tuple[FloatArray, FloatArray]:
    """The centre (size,) of vectors (n, size), and their principal axes (size, min(size, most)).

    `(vectors - centre) @ axes` keeps their distances, as far as so many axes can, but for one scale: an axis has a
    spread of 1 on average. Axes that aren't needed are zeros.
    """
    centre = vectors.mean(axis=0, dtype=np.float64)
    apart = vectors - centre
    _, spreads, directions = np.linalg.svd(apart, full_matrices=False)
    count = int((spreads[:most] > LEAST_SPREAD * max(spreads[0], LEAST_SPREAD)).sum())
    axes = np.zeros((vectors.shape[1], min(vectors.shape[1], most)))
    if count:
        variance = float((spreads[:count] ** 2).sum()) / len(vectors)
        axes[:, :count] = directions[:count].T * np.sqrt(count / variance)
    return centre, axes
