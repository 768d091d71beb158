"""A network comes out the same however many threads torch had before: alone, in a sweep, or going on after a kill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from llmrl_runner.rl.checkpoints import load_model
from llmrl_runner.rl.cloning import Pairs, clone
from llmrl_runner.rl.guided_training import new_network
from tests.rl.corridor import CELLS, Corridor, cloning_settings, same, saved, settings, weights

STEPS = 2000  # so many that torch would share them out


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def cloned(threads: int) -> Any:
    rng = np.random.default_rng(0)
    observations = rng.random((STEPS, CELLS + 1), dtype=np.float32)
    pairs = Pairs(observations, rng.integers(3, size=STEPS), np.repeat(np.arange(20), STEPS // 20))
    torch.set_num_threads(threads)
    model = new_network(Corridor, settings(net_arch=[256, 256]), 1, "cpu")
    clone(model, pairs, cloning_settings(epochs=2, batch_size=500), 0)
    return model


def test_a_cloned_network_is_the_same_whatever_the_threads() -> None:
    assert same(weights(cloned(1)), weights(cloned(4)))


def test_a_network_that_was_loaded_acts_on_one_thread(tmp_path: Path) -> None:
    checkpoint = saved(new_network(Corridor, settings(), 1, "cpu"), tmp_path / "checkpoint.zip")
    torch.set_num_threads(4)

    load_model(checkpoint, "cpu")

    assert torch.get_num_threads() == 1
