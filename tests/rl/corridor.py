"""A toy world for networks: a corridor to be walked to its right end, and what trains in it."""

from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.method_schema import CloningConfig
from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.network_batch import Step
from llmrl_runner.rl.cloning import Pairs

CELLS, LIMIT, RIGHT = 6, 9, 1


class Corridor:
    """Starts in cell `seed % 5`; action 1 goes right, 0 left, 2 stays; the last cell pays 1; cut off after 9 steps."""

    grid_shape = (CELLS, 1)

    def __init__(self, size: int) -> None:
        self.size = size
        self.observation_space = spaces.Box(0, 1, (CELLS + 1,), np.float32)
        self.action_space = spaces.Discrete(3)
        self.cells = np.zeros(size, dtype=np.int64)
        self.taken = np.zeros(size, dtype=np.int64)
        self.begun: list[list[int]] = [[] for _ in range(size)]

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        for slot, seed in zip(slots.tolist(), seeds.tolist(), strict=True):
            self.begun[slot].append(seed)
        self.cells[slots], self.taken[slots] = seeds % (CELLS - 1), 0
        return self._seen(slots)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        moves = np.array([-1, 1, 0])[actions]
        self.cells[slots] = np.clip(self.cells[slots] + moves, 0, CELLS - 1)
        self.taken[slots] += 1
        is_there = self.cells[slots] == CELLS - 1
        return self._seen(slots), is_there.astype(np.float64), is_there, self.taken[slots] >= LIMIT

    def positions(self, slots: IntArray) -> IntArray:
        return np.stack([self.cells[slots], np.zeros_like(slots)], axis=1)

    def close(self) -> None:
        pass

    def _seen(self, slots: IntArray) -> AnyArray:
        time = self.taken[slots, None] / LIMIT
        return np.concatenate([np.eye(CELLS)[self.cells[slots]], time], axis=1).astype(np.float32)


def demonstrations(episodes: int = 5) -> Pairs:
    """Straight to the right, one episode from each start."""
    batch, slot = Corridor(1), np.array([0])
    observations, owners = [], []
    for episode in range(episodes):
        seen, is_there = batch.reset(slot, np.array([episode])), False
        while not is_there:
            observations.append(seen[0])
            owners.append(episode)
            seen, _, terminated, _ = batch.step(slot, np.array([RIGHT]))
            is_there = bool(terminated[0])
    return Pairs(np.array(observations), np.full(len(owners), RIGHT), np.array(owners))


def settings(**changes: Any) -> GuidedPPOTrainingConfig:
    """Small ones, without any guard."""
    plain: dict[str, Any] = {
        "total_timesteps": 1000, "n_envs": 4, "n_steps": 16, "batch_size": 32, "n_epochs": 2, "learning_rate": 0.003,
        "learning_rate_end": 0.003,
        "gamma": 0.9, "gae_lambda": 0.95, "ent_coef": 0.01, "clip_range": 0.2, "net_arch": [16],
        "normalize_observations": False, "normalize_rewards": False, "vf_coef": 0.5, "max_grad_norm": 0.5,
        "critic_warmup_steps": 0, "kl_coef": 0.0, "kl_steps": 0, "clone_coef": 0.0, "clone_steps": 0,
        "evaluate_every": 50, "evaluation_episodes": 4,
    }  # fmt: skip
    return GuidedPPOTrainingConfig(**{**plain, **changes})


def cloning_settings(**changes: Any) -> CloningConfig:
    plain: dict[str, Any] = {
        "epochs": 40, "batch_size": 8, "learning_rate": 0.01, "ent_coef": 0.0, "weight_decay": 0.0,
        "held_out_share": 0.2, "patience": 40, "success_threshold": None, "success_every": 5,
    }  # fmt: skip
    return CloningConfig(**{**plain, **changes})


def weights(model: Any) -> dict[str, AnyArray]:
    """Every parameter of the policy and the value network by its name."""
    return {name: tensor.detach().numpy().copy() for name, tensor in model.policy.state_dict().items()}


def same(one: dict[str, AnyArray], other: dict[str, AnyArray], only: str = "") -> bool:
    """Whether the parameters whose names contain `only` are the same bit for bit."""
    return all(np.array_equal(one[name], other[name]) for name in one if only in name)


def saved(model: Any, path: Path) -> Path:
    model.save(path)
    return path
