"""Stored steps as SB3's replay buffers hold them. Import this file where it is used."""

from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.buffers import DictReplayBuffer, ReplayBuffer

from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.rl.buffers import Buffer
from llmrl_runner.rl.inputs import split


def fill(replay: ReplayBuffer, buffer: Buffer) -> None:
    """Put stored steps into an empty replay buffer, those of each slot one after the other.

    Of a buffer that is too large, or that doesn't divide into the slots, the first steps are left out. Raises
    ValueError where they are of another environment.
    """
    _check(replay, buffer)
    depth = min(len(buffer) // replay.n_envs, replay.buffer_size)
    grid = _grid(len(buffer), replay.n_envs, depth)
    if isinstance(replay, DictReplayBuffer):
        _add(replay, buffer, grid)
        return
    truncated = _cut(buffer, grid)
    replay.observations[:depth] = buffer.observations[grid]
    replay.next_observations[:depth] = buffer.next_observations[grid]
    replay.actions[:depth] = buffer.actions[grid]
    replay.rewards[:depth] = buffer.rewards[grid]
    replay.dones[:depth] = buffer.terminated[grid] | truncated
    replay.timeouts[:depth] = truncated & ~buffer.terminated[grid]
    replay.pos, replay.full = depth % replay.buffer_size, depth == replay.buffer_size


def steps_of(replay: ReplayBuffer, newest: int | None = None) -> Buffer:
    """The steps that a replay buffer holds, slot after slot; of each slot the `newest` ones only, where given."""
    order = np.arange(replay.buffer_size) + replay.pos if replay.full else np.arange(replay.pos)
    kept = order if newest is None else order[max(0, len(order) - newest) :]
    rows = kept % replay.buffer_size

    def column(stored: AnyArray) -> AnyArray:
        by_slot = np.swapaxes(stored[rows], 0, 1)
        return by_slot.reshape(-1, *stored.shape[2:])

    dones, timeouts = column(replay.dones) > 0, column(replay.timeouts) > 0
    is_last = np.tile(np.arange(len(rows)) == len(rows) - 1, replay.n_envs)  # the training's end cut these off
    low, high = _range(replay.action_space)
    return Buffer(
        observations=column(_flat(replay, replay.observations)),
        next_observations=column(_flat(replay, replay.next_observations)),
        actions=column(replay.actions),
        action_low=low,
        action_high=high,
        rewards=column(replay.rewards),
        terminated=dones & ~timeouts,
        truncated=timeouts | (is_last & ~dones),
    )


def _range(space: spaces.Space[Any]) -> tuple[FloatArray, FloatArray]:
    if isinstance(space, spaces.Discrete):
        return np.zeros(1), np.array([float(space.n - 1)])
    assert isinstance(space, spaces.Box)
    return space.low.reshape(-1), space.high.reshape(-1)


def _check(replay: ReplayBuffer, buffer: Buffer) -> None:
    space = replay.observation_space
    shape = (spaces.flatdim(space),) if isinstance(space, spaces.Dict) else space.shape
    if buffer.observations.shape[1:] != shape or buffer.actions.shape[1:] != (replay.action_dim,):
        seen, acted = buffer.observations.shape[1:], buffer.actions.shape[1:]
        raise ValueError(f"stored steps of observations {seen} and actions {acted} don't fit {space}")


def _grid(steps: int, slots: int, depth: int) -> IntArray:
    """Which step stands in which row and slot, (depth, slots)."""
    by_slot = np.arange(steps % slots, steps).reshape(slots, -1)
    return by_slot[:, by_slot.shape[1] - depth :].T


def _cut(buffer: Buffer, grid: IntArray) -> AnyArray:
    """Where episodes are cut off, (depth, slots): no slot goes on with an episode of the one before it."""
    truncated: AnyArray = buffer.truncated[grid]
    truncated[-1:] |= ~buffer.terminated[grid[-1:]]
    return truncated


def _add(replay: DictReplayBuffer, buffer: Buffer, grid: IntArray) -> None:
    """Step by step: a buffer of goals notes where episodes begin and end as it is told of them."""
    space = replay.observation_space
    assert isinstance(space, spaces.Dict)
    for rows, truncated in zip(grid, _cut(buffer, grid), strict=True):
        infos: list[dict[str, Any]] = [{"TimeLimit.truncated": bool(is_cut)} for is_cut in truncated]
        replay.add(
            split(space, buffer.observations[rows]),
            split(space, buffer.next_observations[rows]),
            buffer.actions[rows],
            buffer.rewards[rows],
            buffer.terminated[rows] | truncated,
            infos,
        )


def _flat(replay: ReplayBuffer, stored: AnyArray | dict[str, AnyArray]) -> AnyArray:
    """Observations (rows, slots, ...), those in parts as one array in the order of the space."""
    if not isinstance(stored, dict):
        return stored
    assert isinstance(replay.observation_space, spaces.Dict)
    parts = [stored[name].reshape(*stored[name].shape[:2], -1) for name in replay.observation_space.spaces]
    return np.concatenate(parts, axis=2)
