"""The figures of a stretch are those of the network that it leaves."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.rl.evaluate_every import KeepBest
from llmrl_runner.rl.guided_training import train_guided
from llmrl_runner.rl.network_evaluation import evaluate_network
from llmrl_runner.rl.training import Stretch
from tests.rl.corridor import Corridor, settings


@pytest.mark.parametrize(("every", "steps"), [(128, [0, 128, 192]), (1000, [0, 192]), (64, [0, 64, 128, 192])])
def test_the_last_evaluation_is_of_the_last_network(tmp_path: Path, every: int, steps: list[int]) -> None:
    def examine(model: Any, number: int) -> Any:
        return evaluate_network(Corridor(4), model, np.arange(2), SuccessConfig())

    callback = KeepBest(examine, every, tmp_path, has_start=True)
    end = train_guided(Corridor, settings(), Stretch(None, 192, np.arange(50), 2, "cpu"), None, callback)

    assert end.steps == 192
    assert [at for at, _ in callback.evaluations.entries] == steps
