"""Stored episodes: what they hold, on disk, and put together."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.envs.reward_rows import make_reward_rows
from llmrl_runner.rl.rewards import Transitions
from llmrl_runner.rl.stored_episodes import StoredEpisodes, joined
from llmrl_runner.rl.storing_episodes import play_network, play_random
from tests.envs.files import load_env
from tests.rl.corridor import Corridor
from tests.rl.paying import Cells

SEEDS = np.array([7, 4, 1, 9])
REACHED = SuccessConfig(return_at_least=1)


def fields_of(stored: StoredEpisodes) -> dict[str, np.ndarray]:
    steps = stored.transitions
    return {**vars(steps), **{name: value for name, value in vars(stored).items() if name != "transitions"}}


def assert_same(one: StoredEpisodes, other: StoredEpisodes) -> None:
    others = fields_of(other)
    for name, value in fields_of(one).items():
        assert (value is None) == (others[name] is None), name
        assert value is None or (np.array_equal(value, others[name]) and value.dtype == others[name].dtype), name


@st.composite
def episodes(draw: st.DrawFn, width: int | None = None) -> StoredEpisodes:
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    n, k = sum(lengths), len(lengths)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    actions = rng.normal(size=(n, 2)).astype(np.float32) if draw(st.booleans()) else rng.integers(5, size=n)
    f = width or draw(st.integers(1, 4))
    return StoredEpisodes(
        transitions=Transitions(rng.normal(size=(n, f)), actions, rng.normal(size=(n, f)), rng.random(n) < 0.3),
        episodes=np.repeat(np.arange(k), lengths),
        returns=rng.normal(size=k),
        successes=rng.random(k) < 0.5 if draw(st.booleans()) else None,
        seeds=rng.integers(2**40, size=k),
    )


@given(stored=episodes())
def test_they_come_back_from_disk_as_they_were(
    stored: StoredEpisodes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("stored") / "episodes.npz"

    stored.save(path)

    assert_same(StoredEpisodes.load(path), stored)
    assert [file.name for file in path.parent.iterdir()] == ["episodes.npz"]


@given(stored=episodes(), cut=st.floats(0, 0.99))
def test_a_damaged_file_is_named(stored: StoredEpisodes, cut: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("stored") / "episodes.npz"
    stored.save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(cut * len(data))])

    with pytest.raises(ConfigError, match=r"episodes\.npz: can't be read"):
        StoredEpisodes.load(path)


def test_a_file_whose_arrays_tell_of_different_steps_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "episodes.npz"
    play_random(Corridor(2), Cells(), SEEDS, np.random.default_rng(0), REACHED).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{**arrays, "episodes": arrays["episodes"][::-1]})

    with pytest.raises(ConfigError, match="the episodes are not in order"):
        StoredEpisodes.load(path)


@given(first=episodes(width=2), second=episodes(width=2))
def test_joined_they_are_those_of_the_first_and_then_of_the_second(
    first: StoredEpisodes, second: StoredEpisodes
) -> None:
    if first.transitions.actions.ndim != second.transitions.actions.ndim:
        return

    both = joined([first, second])

    assert len(both) == len(first) + len(second)
    assert both.lengths.tolist() == [*first.lengths, *second.lengths]
    assert both.seeds.tolist() == [*first.seeds, *second.seeds]
    assert np.array_equal(both.transitions.rows[both.episodes == len(first)][0], second.transitions.rows[0])
    assert (both.successes is None) == (first.successes is None or second.successes is None)


def test_episodes_of_different_worlds_are_not_joined() -> None:
    corridor = play_random(Corridor(2), Cells(), SEEDS, np.random.default_rng(0), REACHED)
    config = load_env("pendulum")
    batch = make_network_batch(config, 1)
    other = play_random(batch, make_reward_rows(config), SEEDS[:1], np.random.default_rng(0), config.success)
    batch.close()

    with pytest.raises(ValueError, match="different widths"):
        joined([corridor, other])


@pytest.mark.parametrize("size", [1, 3])
def test_random_play_is_the_same_however_many_slots_there_are(size: int) -> None:
    expected = play_random(Corridor(8), Cells(), SEEDS, np.random.default_rng(5), REACHED)

    assert_same(play_random(Corridor(size), Cells(), SEEDS, np.random.default_rng(5), REACHED), expected)
    assert len(set(expected.transitions.actions.tolist())) == 3


def test_episodes_are_stored_step_by_step_with_the_environment_s_own_score() -> None:
    stored = play_random(Corridor(3), Cells(), SEEDS, np.random.default_rng(1), REACHED)
    steps = stored.transitions

    moves = np.array([-1, 1, 0])[steps.actions]
    assert np.array_equal(steps.next_rows[:, 0], np.clip(steps.rows[:, 0] + moves, 0, 5))
    firsts = np.searchsorted(stored.episodes, np.arange(4))
    assert steps.rows[firsts, 0].tolist() == (SEEDS % 5).tolist()
    within = np.diff(stored.episodes) == 0
    assert np.array_equal(steps.rows[1:][within], steps.next_rows[:-1][within])
    assert stored.successes is not None
    assert stored.successes.tolist() == [bool(steps.terminated[stored.episodes == number].any()) for number in range(4)]
    assert stored.returns.tolist() == stored.successes.astype(float).tolist()
    assert stored.lengths.sum() == len(steps)


def test_a_network_plays_what_it_is_most_likely_to_do() -> None:
    from stable_baselines3 import SAC

    from llmrl_runner.rl.vec_env import BatchVecEnv

    config = load_env("pendulum")
    batch, rows = make_network_batch(config, 2), make_reward_rows(config)
    model = SAC("MlpPolicy", BatchVecEnv(make_network_batch(config, 1), SEEDS), seed=0, buffer_size=1)

    stored, again = (play_network(batch, rows, model, SEEDS[:3], config.success) for _ in range(2))
    batch.close()

    assert_same(stored, again)
    expected, _ = model.predict(stored.transitions.rows.astype(np.float32), deterministic=True)
    assert stored.transitions.actions == pytest.approx(expected, abs=1e-4)
    assert stored.lengths.tolist() == [200] * 3
