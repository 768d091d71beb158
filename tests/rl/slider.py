"""A toy world with continuous actions: a slider to be brought to the middle, and what trains in it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.training_schema import (
    OffPolicyTrainingConfig,
    SACTrainingConfig,
    TD3TrainingConfig,
    TQCTrainingConfig,
)
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import Step
from llmrl_runner.rl.rewards import Paid, Transitions

LIMIT, REACH = 10, 0.5  # steps of an episode; how far an action moves, whose range is -2 to 2
KINDS = ("sac", "tqc", "td3")


class Slider:
    """Starts within 1 of the middle, by its seed; pays minus the distance; ends within 0.02, is cut off after 10."""

    grid_shape = None

    def __init__(self, size: int) -> None:
        self.size = size
        self.observation_space = spaces.Box(-2, 2, (2,), np.float32)
        self.action_space = spaces.Box(-2, 2, (1,), np.float32)
        self.places, self.taken = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.int64)
        self.played: list[tuple[AnyArray, AnyArray, AnyArray]] = []  # observations, actions, next observations
        self.is_open = True

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        self.places[slots] = [np.random.default_rng(seed).uniform(-1, 1) for seed in seeds.tolist()]
        self.taken[slots] = 0
        return self._seen(slots)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        before = self._seen(slots)
        self.places[slots] = np.clip(self.places[slots] + REACH * np.clip(actions[:, 0], -2, 2), -2, 2)
        self.taken[slots] += 1
        distances = np.abs(self.places[slots])
        self.played.append((before, actions, self._seen(slots)))
        return self._seen(slots), -distances.astype(np.float64), distances < 0.02, self.taken[slots] >= LIMIT

    def positions(self, slots: IntArray) -> IntArray:
        raise NotImplementedError

    def close(self) -> None:
        self.is_open = False

    def _seen(self, slots: IntArray) -> AnyArray:
        return np.stack([self.places[slots], self.taken[slots] / LIMIT], axis=1).astype(np.float32)


class Distance:
    """Minus the distance after the step and a share of the action, a reward that depends on each of its inputs."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def pay(self, steps: Transitions) -> Paid:
        self.calls.append(len(steps))
        distance = -np.abs(steps.next_rows[:, 0]) + 0.1 * steps.rows[:, 1]
        effort = -0.01 * steps.actions[:, 0].astype(np.float64)
        return Paid(distance + effort - steps.terminated, {"distance": distance, "effort": effort})


def off_policy_settings(kind: str = "sac", **changes: Any) -> OffPolicyTrainingConfig:
    """Small ones of an algorithm."""
    plain: dict[str, Any] = {
        "total_timesteps": 100, "n_envs": 1, "batch_size": 32, "learning_rate": 0.003, "gamma": 0.9, "net_arch": [16],
        "normalize_observations": False, "normalize_rewards": False, "evaluate_every": 50, "evaluation_episodes": 4,
        "algorithm": kind, "learning_starts": 20, "buffer_size": 10_000, "train_freq": 1, "gradient_steps": 1,
        "tau": 0.02,
    }  # fmt: skip
    sac = {"ent_coef": "auto_0.1", "use_sde": False}
    kinds: dict[str, tuple[type[OffPolicyTrainingConfig], dict[str, Any]]] = {
        "sac": (SACTrainingConfig, sac),
        "tqc": (TQCTrainingConfig, {**sac, "top_quantiles_to_drop_per_net": 2}),
        "td3": (TD3TrainingConfig, {"action_noise": 0.1, "policy_delay": 2}),
    }
    schema, more = kinds[kind]
    return schema(**{**plain, **more, **changes})


def rows_played(batches: Sequence[Slider]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Observations, actions and next observations of all steps, in the order of their slots."""
    played = [[np.concatenate([step[part] for step in batch.played]) for part in range(3)] for batch in batches]
    observations, actions, after = (np.concatenate(column) for column in zip(*played, strict=True))
    return observations, actions, after
