import time
from collections.abc import Callable

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.batch import EnvBatch, SerialBatch, make_batch
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.cartpole_batch import CartPoleBatch
from llmrl_runner.envs.discretise import Discretiser
from llmrl_runner.envs.observe import ObservationCodec
from llmrl_runner.envs.transition_batch import DRAWN_AT_ONCE, TransitionBatch

LoadEnv = Callable[[str], EnvConfig]


def play(batch: EnvBatch, slot: int, seed: int, actions: np.ndarray) -> tuple[list[list[float]], list[float], int]:
    """Fields and rewards of one episode, until it ends or the actions run out."""
    slots = np.array([slot])
    rows, rewards = [batch.reset(slots, np.array([seed]))[0].tolist()], []
    for action in actions:
        fields, reward, terminated, truncated = batch.step(slots, action[None])
        rows.append(fields[0].tolist())
        rewards.append(float(reward[0]))
        if terminated[0] or truncated[0]:
            break
    return rows, rewards, len(rewards)


def random_actions(config: EnvConfig, steps: int) -> np.ndarray:
    env = make_env(config)
    codec = ActionCodec(config, env.action_space)
    env.close()
    rng = np.random.default_rng(0)
    if codec.is_discrete:
        return rng.integers(0, codec.choices, steps)
    return rng.uniform(codec.low, codec.high, (steps, codec.dims))


def test_the_twin_plays_the_environment_s_own_episodes(cartpole: EnvConfig) -> None:
    count = 60
    slots, seeds = np.arange(count), np.arange(1000, 1000 + count)
    twin, plain = CartPoleBatch(cartpole, count), SerialBatch(cartpole, count)
    fields = twin.reset(slots, seeds)
    assert np.array_equal(fields, plain.reset(slots, seeds))

    for _ in range(500):
        noise = np.random.default_rng(slots.size).normal(0, 0.3, slots.size)
        actions = (fields @ np.array([0.05, 0.2, 1.0, 0.5]) + noise * (slots % 3 == 0) > 0).astype(np.int64)
        from_twin, from_plain = twin.step(slots, actions), plain.step(slots, actions)
        assert all(np.array_equal(ours, theirs) for ours, theirs in zip(from_twin, from_plain, strict=True))
        going = ~(from_twin[2] | from_twin[3])
        slots, fields = slots[going], from_twin[0][going]
        if not slots.size:
            break

    plain.close()
    assert not slots.size


TABLES = [
    *("frozen_lake", "frozen_lake_slippery", "frozen_lake_8x8", "frozen_lake_8x8_slippery"),
    *("cliff_walking", "cliff_walking_slippery", "taxi"),
]


@pytest.mark.parametrize("name", TABLES)
def test_a_transition_table_plays_the_environment_s_own_episodes(name: str, load_env: LoadEnv) -> None:
    config, count = load_env(name), 40
    slots, seeds = np.arange(count), np.arange(500, 500 + count)
    twin, plain = make_batch(config, count), SerialBatch(config, count)
    assert isinstance(twin, TransitionBatch)
    assert np.array_equal(twin.reset(slots, seeds), plain.reset(slots, seeds))
    choices, rng = random_actions(config, 1000).max() + 1, np.random.default_rng(1)
    lengths = np.zeros(count, dtype=int)

    while slots.size:
        actions = rng.integers(choices, size=slots.size)
        from_twin, from_plain = twin.step(slots, actions), plain.step(slots, actions)
        assert all(np.array_equal(ours, theirs) for ours, theirs in zip(from_twin, from_plain, strict=True))
        lengths[slots] += 1
        slots = slots[~(from_twin[2] | from_twin[3])]

    plain.close()
    assert lengths.min() >= 1


def test_a_long_episode_goes_on_with_the_same_random_numbers(load_env: LoadEnv) -> None:
    config = load_env("cliff_walking_slippery")
    config.max_episode_steps = 3 * DRAWN_AT_ONCE
    up_and_down = np.arange(config.max_episode_steps) % 2 * 2

    lengths = set()
    for seed in range(5):
        ours, theirs = TransitionBatch(config, 1), SerialBatch(config, 1)
        played = play(ours, 0, seed, up_and_down)
        assert played == play(theirs, 0, seed, up_and_down)
        lengths.add(played[2])
        theirs.close()

    assert max(lengths) > 2 * DRAWN_AT_ONCE


def test_a_slot_begins_anew_with_its_next_seed(load_env: LoadEnv) -> None:
    config = load_env("taxi")
    actions = random_actions(config, 300)

    used, fresh = TransitionBatch(config, 2), SerialBatch(config, 1)
    play(used, 1, 3, actions)

    assert play(used, 1, 4, actions) == play(fresh, 0, 4, actions)
    fresh.close()


@pytest.mark.parametrize(
    ("name", "kwargs", "problem"),
    [
        ("mountain_car", {}, "MountainCar-v0 has no transition table; set env.batch=null"),
        ("taxi", {"fickle_passenger": True}, "a fickle passenger's change of mind isn't in the transition table"),
    ],
)
def test_what_has_no_whole_transition_table_is_refused(
    name: str, kwargs: dict[str, bool], problem: str, load_env: LoadEnv
) -> None:
    config = load_env(name)
    config.kwargs = kwargs

    with pytest.raises(ConfigError, match=f"env.batch: {problem}"):
        TransitionBatch(config, 1)


def test_the_twin_counts_a_last_step_that_both_falls_and_ends(cartpole: EnvConfig) -> None:
    cartpole.max_episode_steps = 9
    actions = np.ones(9, dtype=np.int64)

    lengths = {play(make(cartpole, 1), 0, 3, actions)[2] for make in (CartPoleBatch, SerialBatch)}

    assert lengths == {9}


def test_a_thousand_cartpole_episodes_take_about_a_second(cartpole: EnvConfig) -> None:
    slots = np.arange(1000)
    batch = make_batch(cartpole, 1000)
    env = make_env(cartpole)
    discretiser = Discretiser(cartpole, ObservationCodec(cartpole, env.observation_space))
    env.close()
    table = np.zeros(discretiser.n_cells, dtype=np.int64)

    started = time.process_time()
    fields = batch.reset(slots, slots)
    for _ in range(500):
        fields, *_ = batch.step(slots, table[discretiser.cells(fields)])
    seconds = time.process_time() - started

    assert seconds < 1.5


def test_an_episode_depends_on_its_seed_alone(field_config: EnvConfig) -> None:
    config, actions = field_config, random_actions(field_config, 60)
    batch = make_batch(config, 3)
    fresh = play(batch, 0, 5, actions)
    play(batch, 2, 6, actions)

    in_a_used_slot = play(batch, 2, 5, actions)
    in_another_batch = play(other := SerialBatch(config, 1), 0, 5, actions)

    other.close()
    batch.close()
    assert in_a_used_slot == fresh
    assert in_another_batch == fresh


def test_a_walker_s_episode_leaves_no_trace_in_the_next(load_env: LoadEnv) -> None:
    config = load_env("bipedal_walker")
    actions, used = random_actions(config, 400), make_batch(config, 1)

    in_a_row = [play(used, 0, seed, actions) for seed in range(12)]

    used.close()
    for seed, episode in enumerate(in_a_row):
        fresh = SerialBatch(config, 1)
        assert play(fresh, 0, seed, actions) == episode
        fresh.close()


def test_a_time_limit_truncates_without_terminating(load_env: LoadEnv) -> None:
    batch = SerialBatch(load_env("pendulum"), 1)
    slots = np.array([0])
    batch.reset(slots, slots)

    ends = [batch.step(slots, np.zeros((1, 1)))[2:] for _ in range(200)]

    batch.close()
    assert [bool(truncated[0]) for _, truncated in ends] == [False] * 199 + [True]
    assert not any(terminated[0] for terminated, _ in ends)


def test_a_twin_that_is_not_there_is_named(cartpole: EnvConfig) -> None:
    cartpole.batch = "llmrl_runner.envs.cartpole_batch.Cartpole"

    with pytest.raises(ConfigError, match=r"env\.batch: can't import"):
        make_batch(cartpole, 1)


def test_the_twin_refuses_rules_that_it_does_not_know(cartpole: EnvConfig) -> None:
    cartpole.kwargs = {"sutton_barto_reward": True}

    with pytest.raises(ConfigError, match=r"set env\.batch=null"):
        make_batch(cartpole, 1)
