"""Three sets of episode seeds that never meet: for search, for selection and for the held-out test.

A seed has 31 bits, so that every library takes it: 2 bits name the set, 29 bits are a start drawn from the run's seed
plus a running number. Sets are disjoint by construction; within a set, numbers repeat only after 2**29 episodes.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 29


class Purpose(IntEnum):
    """What an episode is played for."""

    SEARCH = 0
    SELECTION = 1
    HELD_OUT = 2


def episode_seeds(run_seed: int, purpose: Purpose, count: int, first: int = 0) -> NDArray[np.int64]:
    """`count` consecutive seeds (count,) of a set, from its running number `first` on."""
    start = int(np.random.SeedSequence([run_seed, int(purpose)]).generate_state(1, np.uint32)[0]) % BLOCK
    numbers = (start + first + np.arange(count, dtype=np.int64)) % BLOCK
    return numbers + int(purpose) * BLOCK


def generator(run_seed: int, *path: int) -> np.random.Generator:
    """A random generator of the run's own for the place that `path` names: the same place, the same numbers."""
    return np.random.default_rng([run_seed, 0x5EED, *path])
