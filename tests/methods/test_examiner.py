"""Which episodes a network is examined in."""

import numpy as np
import pytest

from llmrl_runner.methods.examiner import Examiner
from llmrl_runner.rl.network_evaluation import Evaluation
from tests.methods.composed import config_of


def test_no_reported_evaluation_is_of_the_episodes_that_cloning_ended_by(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[list[int]] = []

    def evaluate(self: Examiner, model: object, seeds: np.ndarray) -> Evaluation:  # type: ignore[type-arg]
        played.append(seeds.tolist())
        raise InterruptedError

    monkeypatch.setattr(Examiner, "_evaluate", evaluate)
    examiner = Examiner(config_of("method=llmae_ppo", "env=doorkey_5x5", "training.evaluation_episodes=4"), print)
    with pytest.raises(InterruptedError):
        examiner.success(None)  # type: ignore[arg-type]
    for number in range(9):
        with pytest.raises(InterruptedError):
            examiner.examine(None, number)  # type: ignore[arg-type]

    looked, *reported = played
    assert len(looked) == 4
    assert not set(looked) & {seed for seeds in reported for seed in seeds}
