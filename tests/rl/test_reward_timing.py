"""A written reward sees each step as it was: the action, and what came of it, also where an episode ends with it."""

import numpy as np
import pytest
from gymnasium import spaces

from llmrl_runner.config.environment_schema import FieldConfig
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch, Step
from llmrl_runner.rl.buffers import relabelled
from llmrl_runner.rl.off_policy import stored_steps, train_off_policy
from llmrl_runner.rl.paid_record import PaidRecord
from llmrl_runner.rl.rewarded_batch import RewardedBatch
from llmrl_runner.rl.rewards import Paid, Transitions
from llmrl_runner.rl.training import Stretch
from tests.rl.slider import off_policy_settings

FIRST, LAST, TAKEN = -50.0, 1000.0, 3  # where episodes begin, and what is seen at the end of their third step


class Ledge:
    """Climbs from FIRST by 1 a step, whatever is done; the third step ends at LAST. Slot 0 ends by its rules, slot 1
    by its time. It pays -7, which nobody is to see."""

    grid_shape = None
    observation_space = spaces.Box(-2000, 2000, (1,), np.float32)
    action_space = spaces.Box(-1, 1, (1,), np.float32)

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = np.zeros(size, dtype=np.int64)

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        self.taken[slots] = 0
        return self._seen(slots)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        self.taken[slots] += 1
        ends = self.taken[slots] >= TAKEN
        return self._seen(slots), np.full(len(slots), -7.0), ends & (slots == 0), ends & (slots == 1)

    def positions(self, slots: IntArray) -> IntArray:
        raise NotImplementedError

    def close(self) -> None:
        pass

    def _seen(self, slots: IntArray) -> AnyArray:
        taken = self.taken[slots]
        return np.where(taken >= TAKEN, LAST, FIRST + taken)[:, None].astype(np.float32)


class AsSeen:
    """What the network sees of a Ledge."""

    fields = (FieldConfig(name="height"),)

    def rows(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> FloatArray:
        return observations.astype(np.float64)


class Noting:
    """Pays for every input of a step another share; keeps what it was shown."""

    def __init__(self) -> None:
        self.seen: list[Transitions] = []

    def pay(self, steps: Transitions) -> Paid:
        self.seen.append(steps)
        pay = steps.next_rows[:, 0] + 0.01 * steps.rows[:, 0] + 0.5 * steps.actions[:, 0] + 2.0 * steps.terminated
        return Paid(pay, {"all": pay})


@pytest.mark.parametrize("n_envs", [1, 2])
def test_a_reward_is_of_the_step_that_was_taken_and_never_of_the_next_episode(n_envs: int) -> None:
    reward = Noting()

    def make(size: int) -> RewardedBatch:
        return RewardedBatch(Ledge(size), reward, AsSeen(), PaidRecord(24))

    settings = off_policy_settings(n_envs=n_envs, learning_starts=100)
    end = train_off_policy(make, settings, Stretch(None, 24, np.arange(50), 3, "cpu"))

    steps = stored_steps(end.model)
    before, after = (
        np.array([getattr(each, name)[:, 0] for each in reward.seen]).T.reshape(-1) for name in ("rows", "next_rows")
    )
    climbed = [FIRST, FIRST + 1, FIRST + 2]
    assert before.tolist() == climbed * 8
    assert after.tolist() == [*climbed[1:], LAST] * 8
    assert np.array_equal(steps.observations[:, 0], before)
    assert np.array_equal(steps.next_observations[:, 0], after)
    ends = np.flatnonzero(after == LAST)
    assert steps.terminated[ends].tolist() == [slot == 0 for slot in range(n_envs) for _ in range(8 // n_envs)]
    assert steps.rewards == pytest.approx(
        after + 0.01 * before + 0.5 * steps.env_actions[:, 0] + 2.0 * steps.terminated
    )


def test_what_is_paid_anew_for_stored_steps_is_what_training_paid() -> None:
    reward = Noting()

    def make(size: int) -> RewardedBatch:
        return RewardedBatch(Ledge(size), reward, AsSeen(), PaidRecord(24))

    end = train_off_policy(
        make, off_policy_settings(n_envs=2, learning_starts=100), Stretch(None, 24, np.arange(50), 3, "cpu")
    )

    steps = stored_steps(end.model)
    assert relabelled(steps, Noting()).rewards == pytest.approx(steps.rewards)
    assert len(np.unique(steps.rewards)) == 24  # so that a step paid in another's place would show
