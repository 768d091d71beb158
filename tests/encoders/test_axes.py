"""Vectors along the directions in which they differ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.encoders.axes import principal_axes


@given(st.integers(2, 12), st.integers(1, 20), st.integers(0, 1000))
def test_distances_are_kept_but_for_one_scale(texts: int, size: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(texts, size)) * 0.01 + 0.5

    centre, axes = principal_axes(vectors)
    read = (vectors - centre) @ axes

    distances, kept = (
        np.linalg.norm(rows[:, np.newaxis] - rows[np.newaxis], axis=-1)[np.triu_indices(texts, 1)]
        for rows in (vectors, read)
    )
    assert kept / distances == pytest.approx(kept[0] / distances[0])
    assert (read**2).mean(axis=0).sum() == pytest.approx(min(texts - 1, size))


def test_as_many_axes_as_are_asked_for_hold_what_differs_most() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 6)) * [0.001, 5, 0.001, 0.001, 3, 0.001]

    centre, axes = principal_axes(vectors, most=2)

    assert axes.shape == (6, 2)
    assert np.abs(axes[1, 0]) == pytest.approx(np.linalg.norm(axes[:, 0]), rel=1e-2)
    assert np.abs(axes[4, 1]) == pytest.approx(np.linalg.norm(axes[:, 1]), rel=1e-2)
    assert ((vectors - centre) @ axes).std(axis=0).mean() == pytest.approx(1.0, rel=0.1)


def test_a_single_text_differs_from_nothing() -> None:
    centre, axes = principal_axes(np.array([[0.3, 0.4]]))

    assert centre.tolist() == [0.3, 0.4]
    assert not axes.any()
