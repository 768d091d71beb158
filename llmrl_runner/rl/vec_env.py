"""A NetworkBatch as Stable-Baselines3 trains on it. Import this file where it is used."""

from collections.abc import Iterator, Sequence
from itertools import chain, cycle
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch

VecStep = tuple[AnyArray, FloatArray, BoolArray, list[dict[str, Any]]]


class BatchVecEnv(VecEnv):
    """Training episodes with seeds of their own, so that they never meet those of a test.

    Slot i plays `seeds[i::size]` of `seeds` (k,) in turn, again from the first after the last, whatever seed the
    learner asks for. Raises ValueError where there are fewer seeds than slots.
    """

    def __init__(self, batch: NetworkBatch, seeds: IntArray) -> None:
        if len(seeds) < batch.size:
            raise ValueError(f"{batch.size} slots need as many seeds, got {len(seeds)}")
        super().__init__(batch.size, batch.observation_space, batch.action_space)
        self._batch, self._slots = batch, np.arange(batch.size)
        self._next_seeds: list[Iterator[int]] = [cycle(seeds[slot :: batch.size].tolist()) for slot in self._slots]
        self._actions: AnyArray = np.empty(0)
        self._length_now, self._return_now = np.zeros(batch.size, dtype=np.int64), np.zeros(batch.size)
        self._lengths: list[list[int]] = [[] for _ in self._slots]  # of the whole episodes, slot by slot
        self._returns: list[list[float]] = [[] for _ in self._slots]
        self._no_infos: list[dict[str, Any]] = [{}] * batch.size  # one for all slots and steps: nobody writes into it

    @property
    def batch(self) -> NetworkBatch:
        """What the episodes are played in."""
        return self._batch

    @property
    def lengths(self) -> list[int]:
        """Steps of each episode so far, slot by slot, those under way included."""
        slots = zip(self._lengths, self._length_now.tolist(), strict=True)
        return [length for whole, under_way in slots for length in [*whole, under_way] if length]

    @property
    def returns(self) -> list[float]:
        """Returns of the whole episodes so far, slot by slot, of the rewards as they are."""
        return list(chain.from_iterable(self._returns))

    def reset(self) -> AnyArray:
        """Begin an episode in every slot; observations (n, ...)."""
        self._reset_seeds()
        self._reset_options()
        self._note_ends(self._slots[self._length_now > 0])
        return self._typed(self._begin(self._slots))

    def step_async(self, actions: AnyArray) -> None:
        """Keep the actions (n,) or (n, d)."""
        self._actions = actions

    def step_wait(self) -> VecStep:
        """One step in every slot, and where an episode ends the first observation of the next.

        Returns observations (n, ...), rewards (n,), ends (n,), and what SB3 asks of the slots that ended.
        """
        observations, rewards, terminated, truncated = self._batch.step(self._slots, self._actions)
        observations = self._typed(observations)
        self._length_now += 1
        self._return_now += rewards
        ends = terminated | truncated
        infos = self._no_infos
        if ends.any():
            ended = np.flatnonzero(ends)
            infos = self._infos_of(ended, observations, truncated & ~terminated)
            self._note_ends(ended)
            observations = observations.copy()  # the last ones stay as they are in the infos
            observations[ended] = self._begin(ended)
        return observations, rewards.astype(np.float32), ends, infos

    def close(self) -> None:
        """Close the batch."""
        self._batch.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Nothing but `render_mode`, which is None."""
        if attr_name != "render_mode":
            raise AttributeError(attr_name)
        return [None] * self._count(indices)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Not for a batch: its slots are no environments."""
        raise AttributeError(attr_name)

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """Not for a batch: its slots are no environments."""
        raise AttributeError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No slot is in any wrapper."""
        return [False] * self._count(indices)

    def _begin(self, slots: IntArray) -> AnyArray:
        return self._batch.reset(slots, np.array([next(self._next_seeds[slot]) for slot in slots.tolist()]))

    def _infos_of(self, ended: IntArray, observations: AnyArray, is_cut_off: BoolArray) -> list[dict[str, Any]]:
        infos = self._no_infos.copy()
        for slot in ended.tolist():
            infos[slot] = {"terminal_observation": observations[slot], "TimeLimit.truncated": bool(is_cut_off[slot])}
        return infos

    def _note_ends(self, ended: IntArray) -> None:
        for slot in ended.tolist():
            self._lengths[slot].append(int(self._length_now[slot]))
            self._returns[slot].append(float(self._return_now[slot]))
        self._length_now[ended], self._return_now[ended] = 0, 0.0

    def _typed(self, observations: AnyArray) -> AnyArray:
        """As the space has them: SB3 keeps them in arrays of its type."""
        return observations.astype(self.observation_space.dtype, copy=False)

    def _count(self, indices: int | Sequence[int] | None) -> int:
        return len(list(self._get_indices(indices)))
