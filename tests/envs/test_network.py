"""Environments as a network takes them."""

from collections.abc import Callable

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.network import make_network_env

LoadEnv = Callable[[str], EnvConfig]


def test_every_environment_here_suits_a_network(config: EnvConfig) -> None:
    env = make_network_env(config)

    observation, _ = env.reset(seed=0)

    assert isinstance(env.observation_space, spaces.Box | spaces.Discrete)
    assert env.observation_space.contains(observation)
    env.close()


def test_a_tuple_becomes_floats(load_env: LoadEnv) -> None:
    env = make_network_env(load_env("blackjack"))

    observation, _ = env.reset(seed=0)

    assert observation.dtype == env.observation_space.dtype == np.float32
    assert observation.sum() == 3  # one of each of its three numbers' values
    env.close()


def test_a_wrapper_that_cannot_be_had_is_named(load_env: LoadEnv) -> None:
    config = load_env("cartpole")
    config.network_wrapper = "minigrid.wrappers.NoSuchWrapper"

    with pytest.raises(ConfigError, match=r"^env\.network_wrapper: `minigrid\.wrappers\.NoSuchWrapper` can't be put"):
        make_network_env(config)


def test_a_wrapper_that_gives_no_numbers_is_refused(load_env: LoadEnv) -> None:
    config = load_env("cartpole")
    config.id, config.module, config.network_wrapper = "MiniGrid-Empty-5x5-v0", "minigrid", "minigrid.wrappers.NoDeath"

    with pytest.raises(ConfigError, match=r"^env\.network_wrapper: "):
        make_network_env(config)


class Naming(gym.Env[np.ndarray, str]):
    """Takes a word for an action."""

    observation_space = spaces.Box(0, 1, (1,))
    action_space = spaces.Text(5)


def test_actions_that_no_network_gives_are_refused(load_env: LoadEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gym.registry, "Naming-v0", gym.envs.registration.EnvSpec("Naming-v0", entry_point=Naming))
    config = load_env("cartpole")
    config.id, config.max_episode_steps = "Naming-v0", None

    with pytest.raises(ConfigError, match=r"^env\.id: Naming-v0 has actions that no network here gives"):
        make_network_env(config)
