"""Adam's step size over a training longer than `training.total_timesteps`, as one in another environment may be."""

import numpy as np

from llmrl_runner.rl.guided_training import train_guided
from llmrl_runner.rl.training import Stretch
from tests.rl.corridor import Corridor, same, settings, weights


def test_a_training_that_is_longer_than_the_runs_own_learns_to_its_end() -> None:
    falling = settings(total_timesteps=128, learning_rate_end=0.0)
    goals = (128, 512)

    short, long = (train_guided(Corridor, falling, Stretch(None, goal, np.arange(50), 3, "cpu")) for goal in goals)

    assert (short.steps, long.steps) == goals
    assert not same(weights(short.model), weights(long.model), "action_net")
