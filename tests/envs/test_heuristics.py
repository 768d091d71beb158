"""Experts that environments ship."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError, NothingToDoError
from llmrl_runner.envs import heuristics
from llmrl_runner.envs.build import make_env

LoadEnv = Callable[[str], EnvConfig]


def episode_return(env: gym.Env[Any, Any], make: heuristics.Heuristic, seed: int) -> float:
    observation, _ = env.reset(seed=seed)
    act, total, is_over = make(env), 0.0, False
    while not is_over:
        observation, reward, terminated, truncated, _ = env.step(act(observation))
        total, is_over = total + float(reward), terminated or truncated
    return total


@pytest.fixture
def babyai(request: pytest.FixtureRequest) -> gym.Env[Any, Any]:
    import minigrid  # noqa: F401 - registers its levels

    return gym.make(request.param, disable_env_checker=True)


@pytest.mark.parametrize(("name", "at_least"), [("lunar_lander", 200.0), ("bipedal_walker", 50.0)])
def test_the_expert_of_an_environments_file_plays_it(load_env: LoadEnv, name: str, at_least: float) -> None:
    config = load_env(name)
    env = make_env(config)

    returns = [episode_return(env, heuristics.find_heuristic(config), seed) for seed in range(2)]

    assert max(returns) > at_least
    env.close()


def test_the_lander_is_played_with_numbers_too() -> None:
    env = gym.make("LunarLander-v3", continuous=True)

    assert episode_return(env, heuristics.lunar_lander, 0) > 100
    env.close()


def test_a_gait_begins_anew_with_each_episode(load_env: LoadEnv) -> None:
    walked = [episode_return(make_env(load_env("bipedal_walker")), heuristics.bipedal_walker, 0) for _ in range(2)]

    assert walked[0] == walked[1]


@pytest.mark.parametrize(
    "babyai", ["BabyAI-GoToLocal-v0", "BabyAI-PickupLoc-v0", "BabyAI-UnlockLocal-v0"], indirect=True
)
def test_the_bot_solves_babyais_levels(babyai: gym.Env[Any, Any]) -> None:
    assert all(episode_return(babyai, heuristics.babyai_bot, seed) > 0 for seed in range(5))


@pytest.mark.parametrize("babyai", ["BabyAI-PutNextS5N2Carrying-v0"], indirect=True)
def test_a_bot_whose_plan_breaks_goes_on_with_some_action(babyai: gym.Env[Any, Any]) -> None:
    assert episode_return(babyai, heuristics.babyai_bot, 0) == 0


@pytest.mark.parametrize("babyai", ["BabyAI-GoToObj-v0"], indirect=True)
def test_a_plan_without_end_is_broken_off(babyai: gym.Env[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from minigrid.utils import baby_ai_bot

    def circling(goal: Any) -> None:
        goal.bot.stack.append(baby_ai_bot.ExploreSubgoal(goal.bot))

    babyai.reset(seed=0)
    for kind in (baby_ai_bot.GoNextToSubgoal, baby_ai_bot.ExploreSubgoal):
        monkeypatch.setattr(kind, "replan_before_action", circling)

    assert babyai.action_space.contains(np.int64(heuristics.babyai_bot(babyai)(None)))


def test_an_environment_without_an_expert_is_told_apart_from_a_wrong_name(load_env: LoadEnv) -> None:
    config = load_env("cartpole")

    with pytest.raises(NothingToDoError, match=r"^env\.heuristic: cartpole has none"):
        heuristics.find_heuristic(config)

    config.heuristic = "llmrl_runner.envs.heuristics.nobody"
    with pytest.raises(ConfigError, match=r"^env\.heuristic: can't import .*nobody"):
        heuristics.find_heuristic(config)


def test_an_expert_that_is_held_is_asked_only_every_few_steps() -> None:
    asked: list[int] = []

    def count(observation: int) -> int:
        asked.append(observation)
        return len(asked)

    act = heuristics.holding(lambda env: count, 3)(gym.Env())
    actions = [act(observation) for observation in range(7)]

    assert actions == [1, 1, 1, 2, 2, 2, 3]
    assert asked == [0, 3, 6]
