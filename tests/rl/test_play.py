"""Episodes played on the environment's own observations."""

from typing import Any

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.envs import build
from llmrl_runner.envs.batch import SerialBatch
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.rl import play as playing
from llmrl_runner.rl.play import ActorPlayer, play
from llmrl_runner.rl.rollout import evaluate
from tests.methods.composed import config_of

SEEDS = np.arange(100, 140)
SUCCESS = SuccessConfig(return_at_least=30)


@pytest.fixture(scope="module")
def cartpole() -> EnvConfig:
    return config_of("env=cartpole").env


def leaning(env: Env) -> Any:
    """Pushes to where the pole leans."""
    return lambda observation: int(observation[2] > 0)


class LeaningPolicy:
    """The same on rows of fields."""

    def act(self, fields: np.ndarray) -> np.ndarray:
        return (fields[:, 2] > 0).astype(int)


def test_the_scores_are_those_of_a_policy_that_does_the_same(cartpole: EnvConfig) -> None:
    ours = play(cartpole, ActorPlayer(leaning), SEEDS, SUCCESS)
    theirs = evaluate(SerialBatch(cartpole, 3), LeaningPolicy(), SEEDS, SUCCESS)

    assert (ours.returns == theirs.returns).all()
    assert (ours.lengths == theirs.lengths).all()
    assert ours.successes is not None
    assert (ours.successes == theirs.successes).all()


def test_they_come_in_the_order_of_the_seeds_however_many_play_at_once(
    cartpole: EnvConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = play(cartpole, ActorPlayer(leaning), SEEDS, SUCCESS)
    monkeypatch.setattr(playing, "SIDE_BY_SIDE", 1)
    one = play(cartpole, ActorPlayer(leaning), SEEDS, SUCCESS)

    assert (many.returns == one.returns).all()


def test_an_actor_is_made_for_each_episode_after_its_reset(cartpole: EnvConfig) -> None:
    states = []

    def counting(env: Env) -> Any:
        states.append(tuple(env.unwrapped.state))  # type: ignore[attr-defined]
        return leaning(env)

    play(cartpole, ActorPlayer(counting), SEEDS, SUCCESS)

    assert len(set(states)) == len(SEEDS)


def test_a_used_environment_is_not_used_again_where_its_file_says_so() -> None:
    config, made = config_of("env=bipedal_walker").env, []

    def making(config: EnvConfig) -> Env:
        made.append(make_env(config))
        return made[-1]

    resting = np.zeros(4, dtype=np.float32)
    played = play(config, ActorPlayer(lambda env: lambda observation: resting), np.arange(34), SUCCESS, making)

    assert len(made) == len(played) == 34


def test_environments_are_closed_when_an_actor_fails(cartpole: EnvConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(build.gym.Wrapper, "close", lambda env: closed.append(env))

    with pytest.raises(ZeroDivisionError):
        play(cartpole, ActorPlayer(lambda env: lambda observation: 1 // 0), SEEDS, SUCCESS)

    assert closed
