"""A NetworkBatch around another: everything goes through as it is, but for what a class built on this one changes."""

from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch, Step


class WrappedBatch:
    """See NetworkBatch. `inside` is the batch that it is put around, and closed with it."""

    def __init__(self, inside: NetworkBatch) -> None:
        self.inside = inside
        self.size, self.grid_shape = inside.size, inside.grid_shape
        self.observation_space, self.action_space = inside.observation_space, inside.action_space

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """See NetworkBatch."""
        return self.inside.reset(slots, seeds)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See NetworkBatch."""
        return self.inside.step(slots, actions)

    def positions(self, slots: IntArray) -> IntArray:
        """See NetworkBatch."""
        return self.inside.positions(slots)

    def close(self) -> None:
        """See NetworkBatch."""
        self.inside.close()
