"""Environments that pay a written reward, or success alone."""

import math

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.rl.arm_rewards import SuccessBatch, arm_batch, check_arm
from llmrl_runner.rl.paid_record import PaidRecord
from llmrl_runner.rl.rewarded_batch import RewardedBatch
from llmrl_runner.rl.rewards import RewardError
from tests.envs.files import load_env
from tests.rl.corridor import Corridor
from tests.rl.paying import Cells, Progress

SLOTS = np.arange(2)
RIGHT, STAY = np.array([1, 1]), np.array([2, 2])


def test_a_step_pays_what_the_reward_says_of_before_and_after() -> None:
    reward = Progress()
    batch = RewardedBatch(Corridor(2), reward, Cells(), PaidRecord(100))
    batch.reset(SLOTS, np.array([0, 4]))

    seen, rewards, terminated, truncated = batch.step(SLOTS, np.array([0, 1]))

    assert rewards.tolist() == [0, 11]  # slot 0 stood at the wall, slot 1 has reached the end
    assert terminated.tolist() == [False, True]
    assert not truncated.any()
    assert seen[:, :-1].argmax(axis=1).tolist() == [0, 5]
    [steps] = reward.seen
    assert steps.rows.tolist() == [[0], [4]]
    assert steps.next_rows.tolist() == [[0], [5]]
    assert steps.actions.tolist() == [0, 1]


def test_a_slot_that_begins_anew_forgets_where_it_stood() -> None:
    reward = Progress()
    batch = RewardedBatch(Corridor(2), reward, Cells(), PaidRecord(100))
    batch.reset(SLOTS, np.array([2, 4]))
    batch.step(SLOTS, RIGHT)
    batch.reset(np.array([1]), np.array([1]))

    _, rewards, *_ = batch.step(SLOTS, RIGHT)

    assert rewards.tolist() == [10, 10]
    assert reward.seen[-1].rows.tolist() == [[3], [1]]


def test_what_was_paid_is_recorded() -> None:
    batch = RewardedBatch(Corridor(2), Progress(), Cells(), PaidRecord(20))
    batch.reset(SLOTS, np.array([0, 4]))
    batch.step(SLOTS, RIGHT)
    batch.step(np.array([0]), STAY[:1])

    first, second = batch.record.tenths[:2]

    assert first.reward is not None
    assert second.reward is not None
    assert (first.reward.count, first.reward.low, first.reward.mean, first.reward.high) == (2, 10, 10.5, 11)
    assert first.components["end"].mean == 0.5
    assert (second.reward.count, second.reward.high) == (1, 0)


def test_a_reward_that_fails_comes_through() -> None:
    batch = RewardedBatch(Corridor(1), Progress(fails_after=0), Cells(), PaidRecord(20))
    batch.reset(SLOTS[:1], SLOTS[:1])

    with pytest.raises(RewardError, match="no more"):
        batch.step(SLOTS[:1], RIGHT[:1])


def test_where_success_is_a_last_reward_every_step_that_has_it_is_paid() -> None:
    batch = SuccessBatch(Corridor(2), SuccessConfig(last_reward_at_least=1))
    batch.reset(SLOTS, np.array([4, 0]))

    _, rewards, terminated, _ = batch.step(SLOTS, RIGHT)

    assert rewards.tolist() == [1, 0]
    assert terminated.tolist() == [True, False]


@pytest.mark.parametrize(("asked", "paid"), [(0, 1.0), (1, 0.0)])
def test_where_success_is_a_return_the_episode_s_end_is_paid(asked: float, paid: float) -> None:
    batch = SuccessBatch(Corridor(1), SuccessConfig(return_at_least=asked))
    batch.reset(SLOTS[:1], SLOTS[:1])

    rewards = [float(batch.step(SLOTS[:1], STAY[:1])[1][0]) for _ in range(9)]  # the ninth is cut off

    assert rewards == [0.0] * 8 + [paid]


def test_an_episode_begins_with_no_return() -> None:
    batch = SuccessBatch(Corridor(1), SuccessConfig(return_at_least=1))

    ends = []
    for action in (1, 2):  # to the end and paid by the corridor; then to nowhere
        batch.reset(SLOTS[:1], np.array([4]))
        ends.append(
            [float(batch.step(SLOTS[:1], np.array([action]))[1][0]) for _ in range(1 if action == 1 else 9)][-1]
        )

    assert ends == [1.0, 0.0]


def test_arms_of_a_task_with_a_dense_twin_are_its_ids() -> None:
    config = load_env("fetch_reach")

    paid = {}
    for kind in ("native", "sparse", "her"):
        batch = arm_batch(kind, config, 1)
        batch.reset(SLOTS[:1], np.array([3]))
        paid[kind] = float(batch.step(SLOTS[:1], np.zeros((1, 4), dtype=np.float32))[1][0])
        batch.close()

    assert paid["sparse"] == paid["her"] == -1
    assert -0.3 < paid["native"] < -0.05


def test_arms_of_another_task_pay_it_or_its_success() -> None:
    config = load_env("mountain_car_continuous")
    push = np.ones((1, 1), dtype=np.float32)

    paid = {}
    for kind in ("native", "sparse"):
        batch = arm_batch(kind, config, 1)
        batch.reset(SLOTS[:1], np.array([3]))
        paid[kind] = float(batch.step(SLOTS[:1], push)[1][0])
        batch.close()

    assert math.isclose(paid["native"], -0.1)
    assert paid["sparse"] == 0


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [("sparse", "hopper", "success, which isn't defined for hopper"), ("llm", "pendulum", "'llm' is no reward")],
)
def test_an_arm_that_can_t_be_is_named(kind: str, name: str, problem: str) -> None:
    config: EnvConfig = load_env(name)

    with pytest.raises(ConfigError, match=rf"^method\.reward: .*{problem}"):
        check_arm(kind, config)
