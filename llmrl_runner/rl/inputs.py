"""What a model's network is given of a NetworkBatch's observations."""

from typing import TYPE_CHECKING, Any

from gymnasium import spaces

from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.rl.scales import apart, scaled

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

Inputs = Any  # an array (n, ...), or arrays by their names


def inputs(model: "BaseAlgorithm", observations: AnyArray) -> Inputs:
    """Observations (n, ...) of a batch as the model takes them: scaled as it was trained, and in the parts it knows."""
    space, seen = model.observation_space, scaled(model, observations)
    return split(space, seen) if isinstance(space, spaces.Dict) else seen


def split(space: spaces.Dict, flat: AnyArray) -> dict[str, AnyArray]:
    """The parts (n, ...) of observations (n, d) that were flattened, which Gymnasium does in the order of the space."""
    parts = apart(flat, [part.shape or () for part in space.spaces.values()])
    return {
        name: numbers.astype(space[name].dtype, copy=False) for name, numbers in zip(space.spaces, parts, strict=True)
    }
