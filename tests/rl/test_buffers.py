"""Stored steps: on disk, paid anew, put together, and in and out of SB3's replay buffers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from stable_baselines3.common.buffers import ReplayBuffer

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.rl import buffers
from llmrl_runner.rl.buffers import STEPS, Buffer, pooled, relabelled
from llmrl_runner.rl.off_policy import stored_steps, train_off_policy
from llmrl_runner.rl.replay import fill, steps_of
from llmrl_runner.rl.rewards import Transitions
from llmrl_runner.rl.training import Stretch
from tests.rl.slider import Distance, Slider, off_policy_settings

SEEN, ACTED = (
    spaces.Box(-9, 9, (3,), np.float32),
    spaces.Box(np.array([-2, 0], np.float32), np.array([2, 1], np.float32)),
)


def some(n: int, seed: int = 0, **changes: Any) -> Buffer:
    """Steps of nothing in particular."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 6, n)
    plain: dict[str, Any] = {
        "observations": rng.normal(size=(n, 3)).astype(np.float32),
        "next_observations": rng.normal(size=(n, 3)).astype(np.float32),
        "actions": rng.uniform(-1, 1, (n, 2)).astype(np.float32),
        "action_low": ACTED.low, "action_high": ACTED.high, "rewards": rng.normal(size=n).astype(np.float32),
        "terminated": ends == 0, "truncated": ends == 1,
    }  # fmt: skip
    return Buffer(**{**plain, **changes})


def equal(one: Buffer, other: Buffer) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in STEPS)


def test_steps_come_back_from_disk_as_they_were(tmp_path: Path) -> None:
    steps = some(30)

    steps.save(tmp_path / "buffer.npz")
    back = Buffer.load(tmp_path / "buffer.npz")

    assert equal(steps, back)
    assert np.array_equal(back.env_actions, steps.env_actions)
    assert [path.name for path in tmp_path.iterdir()] == ["buffer.npz"]


def test_numbers_are_kept_in_32_bits(tmp_path: Path) -> None:
    some(30, observations=np.ones((30, 3)), next_observations=np.ones((30, 3))).save(tmp_path / "buffer.npz")

    with np.load(tmp_path / "buffer.npz") as file:
        kinds = {array.dtype.name for array in file.values()}

    assert kinds == {"float32", "bool"}


@pytest.mark.parametrize("damage", ["half", "lacks", "other"])
def test_damaged_steps_are_named_with_the_cure(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "iteration_001" / "buffer.npz"
    path.parent.mkdir()
    some(30).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    if damage == "half":
        path.write_bytes(path.read_bytes()[:200])
    elif damage == "lacks":
        np.savez(path, **{name: array for name, array in arrays.items() if name != "rewards"})
    else:
        np.savez(path, **{**arrays, "rewards": arrays["rewards"][1:]})

    with pytest.raises(ConfigError, match=r"buffer.npz: can't be read"):
        Buffer.load(path)


@pytest.mark.parametrize("n_envs", [1, 3])
def test_a_relabelled_buffer_is_what_the_reward_would_have_paid(n_envs: int) -> None:
    """The same training, with the environment's reward and with another one, up to the first update."""
    made: list[Slider] = []

    def make(size: int) -> Slider:
        made.append(Slider(size))
        return made[-1]

    settings = off_policy_settings(n_envs=n_envs, learning_starts=1000)
    end = train_off_policy(make, settings, Stretch(None, 60, np.arange(50), 3, "cpu"))
    [batch] = made
    paid = [
        Distance().pay(Transitions(before.astype(float), actions, after.astype(float), np.abs(after[:, 0]) < 0.02))
        for before, actions, after in batch.played
    ]

    steps = relabelled(stored_steps(end.model), Distance())

    by_slot = np.array([each.rewards for each in paid]).T.reshape(-1)
    assert np.array_equal(steps.rewards, by_slot.astype(np.float32))
    assert np.array_equal(
        steps.env_actions, np.array([acted for _, acted, _ in batch.played]).swapaxes(0, 1)[..., 0].reshape(-1, 1)
    )


def test_a_large_buffer_is_paid_in_chunks_and_rows_are_made_as_the_caller_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "MOST_ROWS", 12)
    reward = Distance()

    paid = relabelled(some(30), reward, rows_of=lambda seen: seen[:, ::-1].astype(np.float64))

    steps = some(30)
    flipped = Transitions(
        steps.observations[:, ::-1], steps.env_actions, steps.next_observations[:, ::-1], steps.terminated
    )
    assert reward.calls == [12, 12, 6]
    assert paid.rewards == pytest.approx(Distance().pay(flipped).rewards, abs=1e-6)


def test_a_pool_is_one_buffer_after_the_other() -> None:
    pool = pooled([some(5, seed=1), some(7, seed=2)])

    assert len(pool) == 12
    assert np.array_equal(pool.actions[5:], some(7, seed=2).actions)
    with pytest.raises(ValueError, match="no buffer"):
        pooled([])
    with pytest.raises(ValueError, match="different environments"):
        pooled([some(5), some(5, action_high=ACTED.high + 1)])


@given(st.integers(0, 40), st.integers(1, 4), st.integers(1, 50), st.integers(0, 9))
def test_what_is_put_into_a_replay_buffer_comes_out_again(n: int, slots: int, room: int, seed: int) -> None:
    replay = ReplayBuffer(room, SEEN, ACTED, device="cpu", n_envs=slots)
    steps = some(n, seed)

    fill(replay, steps)
    out = steps_of(replay)

    depth = min(n // slots, replay.buffer_size)
    by_slot = np.arange(n % slots, n).reshape(slots, -1)
    kept = by_slot[:, by_slot.shape[1] - depth :].reshape(-1)
    assert np.array_equal(out.observations, steps.observations[kept])
    assert np.array_equal(out.rewards, steps.rewards[kept])
    assert np.array_equal(out.terminated, steps.terminated[kept])
    assert (out.truncated >= steps.truncated[kept]).all()
    assert (out.terminated | out.truncated).reshape(slots, -1)[:, -1:].all()  # a slot's last step ends its episode


@given(st.integers(1, 30), st.integers(1, 3), st.integers(1, 12), st.integers(0, 30))
def test_the_newest_steps_are_those_that_were_added_last(added: int, slots: int, room: int, newest: int) -> None:
    replay = ReplayBuffer(room * slots, SEEN, ACTED, device="cpu", n_envs=slots)
    for step in range(added):
        seen = np.full((slots, 3), step, dtype=np.float32)
        replay.add(seen, seen, np.zeros((slots, 2)), np.zeros(slots), np.zeros(slots), [{}] * slots)

    out = steps_of(replay, newest)

    left = min(newest, added, room)
    assert out.observations[:, 0].tolist() == list(range(added - left, added)) * slots


def test_steps_of_another_environment_are_refused() -> None:
    replay = ReplayBuffer(10, spaces.Box(-1, 1, (4,)), ACTED, device="cpu")

    with pytest.raises(ValueError, match="don't fit"):
        fill(replay, some(3))
