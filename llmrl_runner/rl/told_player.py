"""One episode that is to be looked at, of a network that is told more than its environment shows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.envs.build import Env
from llmrl_runner.rl.network_actions import chooser
from llmrl_runner.rl.told_batch import ToldBatch

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

MakeActor = Callable[[Env], Callable[[Any], Any]]


def told_actor(make_batch: Callable[[], ToldBatch], model: "BaseAlgorithm", seed: int) -> MakeActor:
    """What plays the episode from `seed` with the most likely actions.

    A batch of one plays it alongside, and tells; it is the same episode, since seed and actions decide it.
    """

    import torch

    def begin(env: Env) -> Callable[[Any], Any]:
        batch, slot, greedy = make_batch(), np.zeros(1, dtype=np.int64), np.ones(1, dtype=bool)
        choose, told = chooser(model), batch.reset(slot, np.array([seed]))

        def act(observation: Any) -> Any:
            nonlocal told
            with torch.no_grad():
                actions = choose(told, greedy, slot)
            told, *_ = batch.step(slot, actions)
            return actions[0]

        return act

    return begin
