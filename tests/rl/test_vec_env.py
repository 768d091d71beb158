"""A NetworkBatch as SB3 sees it: seeds in turn, and ends, against SB3's own row of environments."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import SerialNetworkBatch
from llmrl_runner.rl.vec_env import BatchVecEnv
from tests.rl.corridor import Corridor


class InTurn(gym.Wrapper[Any, Any, Any, Any]):
    """Each episode from the next of its seeds."""

    def __init__(self, env: gym.Env[Any, Any], seeds: list[int]) -> None:
        super().__init__(env)
        self._seeds = cycle(seeds)

    def reset(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        return self.env.reset(seed=next(self._seeds))


def steps_of(envs: Any, actions: list[np.ndarray[Any, Any]]) -> list[Any]:
    envs.seed(7)
    seen = [envs.reset()]
    for action in actions:
        seen.append(envs.step(action))
    return seen


def in_a_row(config: EnvConfig, seeds: np.ndarray[Any, Any], slots: int) -> Any:
    from stable_baselines3.common.vec_env import DummyVecEnv

    def build(slot: int) -> Callable[[], gym.Env[Any, Any]]:
        return lambda: InTurn(make_network_env(config), seeds[slot::slots].tolist())

    return DummyVecEnv([build(slot) for slot in range(slots)])


@pytest.mark.parametrize("name", ["CartPole-v1", "Taxi-v4", "MountainCarContinuous-v0"])
def test_it_is_what_a_row_of_environments_is_to_sb3(name: str) -> None:
    config = EnvConfig(name="any", id=name, max_episode_steps=30)
    seeds, slots = np.arange(100, 110), 3
    ours = BatchVecEnv(SerialNetworkBatch(config, slots), seeds)
    ours.action_space.seed(0)
    actions = [np.stack([ours.action_space.sample() for _ in range(slots)]) for _ in range(130)]

    pairs = list(zip(steps_of(ours, actions)[1:], steps_of(in_a_row(config, seeds, slots), actions)[1:], strict=True))

    assert sum(mine[2].sum() for mine, _ in pairs) >= 12
    for mine, theirs in pairs:
        assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(mine[:3], theirs[:3], strict=True))
        for slot in np.flatnonzero(mine[2]):
            mine_told, theirs_told = mine[3][slot], theirs[3][slot]
            assert np.array_equal(mine_told["terminal_observation"], theirs_told["terminal_observation"])
            assert mine_told["TimeLimit.truncated"] == theirs_told["TimeLimit.truncated"]


def test_each_slot_plays_its_own_seeds_in_turn_and_again_from_the_first() -> None:
    batch = Corridor(2)
    envs = BatchVecEnv(batch, np.array([4, 3, 14]))

    envs.reset()
    for _ in range(4):
        envs.step(np.array([1, 1]))

    assert batch.begun == [[4, 14, 4, 14, 4], [3, 3, 3]]


def test_it_counts_whole_episodes_and_those_under_way() -> None:
    envs = BatchVecEnv(Corridor(2), np.array([4, 0]))

    envs.reset()
    for _ in range(7):
        envs.step(np.array([1, 1]))

    assert envs.lengths == [1] * 7 + [5, 2]
    assert envs.returns == [1.0] * 7 + [1.0]


def test_only_slots_that_ended_are_told_of() -> None:
    envs = BatchVecEnv(Corridor(2), np.array([0, 4]))
    envs.reset()

    *_, infos = envs.step(np.array([2, 1]))

    assert infos[0] == {}
    assert infos[1]["TimeLimit.truncated"] is False
    assert infos[1]["terminal_observation"][5] == 1.0


def test_an_end_that_is_also_the_limit_is_no_cut_off() -> None:
    envs = BatchVecEnv(Corridor(1), np.array([0]))
    envs.reset()
    for action in [2, 2, 2, 2, 1, 1, 1, 1]:
        envs.step(np.array([action]))

    *_, ends, infos = envs.step(np.array([1]))

    assert ends.tolist() == [True]
    assert infos[0]["TimeLimit.truncated"] is False


def test_too_few_seeds_are_refused() -> None:
    with pytest.raises(ValueError, match="2 slots need as many seeds, got 1"):
        BatchVecEnv(Corridor(2), np.array([0]))
