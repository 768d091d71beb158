"""Episode seeds: three sets that never meet, the same on every machine."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.runs.seeds import BLOCK, Purpose, episode_seeds, generator

run_seeds = st.integers(0, 2**40)


@given(run_seeds, st.integers(0, BLOCK), st.integers(1, 5000))
def test_the_three_sets_are_disjoint_and_fit_in_31_bits(run_seed: int, first: int, count: int) -> None:
    sets = [episode_seeds(run_seed, purpose, count, first) for purpose in Purpose]

    together = np.concatenate(sets)
    assert len(np.unique(together)) == 3 * count
    assert together.min() >= 0
    assert together.max() < 2**31


@given(run_seeds)
def test_later_seeds_of_a_set_go_on_where_the_first_ended(run_seed: int) -> None:
    whole = episode_seeds(run_seed, Purpose.SEARCH, 10)

    assert np.array_equal(whole[4:], episode_seeds(run_seed, Purpose.SEARCH, 6, first=4))


def test_different_runs_get_different_episodes() -> None:
    starts = {int(episode_seeds(seed, Purpose.HELD_OUT, 1)[0]) for seed in range(1000)}

    assert len(starts) == 1000


def test_a_generator_depends_on_its_place_alone() -> None:
    assert generator(3, 1).random() == generator(3, 1).random()
    assert generator(3, 1).random() != generator(3, 2).random()
