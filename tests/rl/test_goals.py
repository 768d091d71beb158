"""Hindsight experience replay: goals in their parts, what other goals would have paid, and stretches of it."""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecNormalize

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import SerialNetworkBatch
from llmrl_runner.rl.buffers import STEPS, Buffer, Pool
from llmrl_runner.rl.checkpoints import load_network
from llmrl_runner.rl.evaluation_envs import EvaluationEnvs
from llmrl_runner.rl.goal_vec_env import GoalVecEnv
from llmrl_runner.rl.goals import Goals
from llmrl_runner.rl.inputs import inputs, split
from llmrl_runner.rl.network_evaluation import greedy_scores
from llmrl_runner.rl.off_policy import stored_steps, train_off_policy
from llmrl_runner.rl.play import play
from llmrl_runner.rl.scales import restore_scales, scaled, scales
from llmrl_runner.rl.training import NetworkPlayer, Stretch, Trained
from llmrl_runner.rl.vec_env import BatchVecEnv
from tests.rl.corridor import same, saved, weights
from tests.rl.reaching import LIMIT, NEAR, Reaching, reaching
from tests.rl.slider import KINDS, off_policy_settings

HERE = SuccessConfig(last_reward_at_least=0.0)
SEEDS = np.arange(1000, 1020)


@pytest.fixture
def goals() -> Iterator[Goals]:
    found = Goals(reaching())
    yield found
    found.close()


SCALED = {"normalize_observations": True, "normalize_rewards": True}


def trained(
    goals: Goals, goal: int, start: Path | None = None, pool: Pool | None = None, kind: str = "sac", **changes: Any
) -> Trained:
    where = Stretch(start, goal, np.arange(50), 3, "cpu")
    make = partial(SerialNetworkBatch, reaching())
    return train_off_policy(make, off_policy_settings(kind, **changes), where, pool, goals)


@pytest.mark.parametrize("name", ["FetchReach-v4", "reaching"])
def test_flattened_observations_come_apart_as_the_environment_gave_them(name: str) -> None:
    config = reaching() if name == "reaching" else EnvConfig(name="any", id=name, module="gymnasium_robotics")
    env, flat = make_env(config), make_network_env(config)
    assert isinstance(env.observation_space, spaces.Dict)

    given, _ = env.reset(seed=5)
    seen, _ = flat.reset(seed=5)

    parts = split(env.observation_space, np.stack([seen, seen]))
    assert set(parts) == set(given) == {"observation", "achieved_goal", "desired_goal"}
    for part, numbers in parts.items():
        assert np.array_equal(numbers, np.stack([given[part]] * 2))
        assert numbers.dtype == given[part].dtype
    env.close()
    flat.close()


@pytest.mark.parametrize("options", [{}, SCALED], ids=["plain", "scaled"])
def test_it_learns_what_a_sparse_reward_asks_for(goals: Goals, options: dict[str, Any]) -> None:
    end = trained(goals, 300, **options)

    scores = greedy_scores(SerialNetworkBatch(reaching(), 10), end.model, SEEDS, HERE)
    assert scores.successes is not None
    assert scores.successes.mean() >= 0.8


def test_steps_with_another_goal_are_paid_as_the_environment_would(goals: Goals) -> None:
    replay: Any = trained(goals, 80, n_envs=2).model.replay_buffer  # type: ignore[attr-defined]

    drawn = replay.sample(400)

    achieved = drawn.next_observations["achieved_goal"].numpy()
    desired = drawn.observations["desired_goal"].numpy()
    own = {float(np.float32(goal)) for goal in replay.observations["desired_goal"].reshape(-1)}
    assert np.array_equal(drawn.rewards.numpy()[:, 0], -(np.abs(achieved - desired)[:, 0] > NEAR).astype(np.float32))
    assert np.mean([float(goal) not in own for goal in desired[:, 0]]) > 0.6  # four of five have another goal
    assert (drawn.dones.numpy() == 0).all()  # a time limit is no end


def test_parts_are_scaled_as_the_flat_observations_are(goals: Goals) -> None:
    in_parts = trained(goals, 40, learning_starts=40, **SCALED).model
    where = Stretch(None, 40, np.arange(50), 3, "cpu")
    settings = off_policy_settings("sac", learning_starts=40, **SCALED)  # the same steps: random ones alone
    flat = train_off_policy(partial(SerialNetworkBatch, reaching()), settings, where).model

    seen = stored_steps(flat).observations
    assert scales(in_parts)["observations"] == scales(flat)["observations"]
    for name, part in split(goals.space, scaled(flat, seen)).items():
        assert np.array_equal(inputs(in_parts, seen)[name], part)


def test_what_a_checkpoint_keeps_of_parts_scales_them_as_it_did(goals: Goals) -> None:
    model = trained(goals, 40, **SCALED).model
    steps = stored_steps(model)
    envs = VecNormalize(GoalVecEnv(BatchVecEnv(SerialNetworkBatch(reaching(), 1), np.arange(50)), goals))

    restore_scales(model, envs)

    told = envs.normalize_obs(split(goals.space, steps.observations))
    assert isinstance(told, dict)
    for name, part in inputs(model, steps.observations).items():
        assert told[name] == pytest.approx(part, abs=1e-6)
    envs.close()


def test_steps_that_are_learned_from_first_scale_parts_too(goals: Goals) -> None:
    steps = stored_steps(trained(goals, 60).model)

    end = trained(goals, 20, pool=Pool(steps, updates_before=5), **SCALED)

    begun = scales(end.model)["observations"]
    seen = np.concatenate([steps.observations, stored_steps(end.model).observations[-20:]])
    assert begun["count"] == pytest.approx(60 + 20 + 1, abs=0.01)
    assert begun["mean"] == pytest.approx(seen.mean(axis=0), abs=0.02)


@pytest.mark.parametrize("options", [{}, SCALED], ids=["plain", "scaled"])
@pytest.mark.parametrize("n_envs", [1, 2])
def test_a_stretch_goes_on_from_checkpoint_and_steps_to_the_same_network(
    tmp_path: Path, goals: Goals, n_envs: int, options: dict[str, Any]
) -> None:
    first = trained(goals, 44, n_envs=n_envs, **options)  # within an episode
    checkpoint = saved(first.model, tmp_path / "first.zip")
    stored_steps(first.model).save(tmp_path / "buffer.npz")

    kept = Buffer.load(tmp_path / "buffer.npz")
    ends = [trained(goals, 80, checkpoint, Pool(kept), n_envs=n_envs, **options) for _ in range(2)]

    steps = stored_steps(ends[0].model)
    of_first = np.arange(80).reshape(n_envs, -1)[:, : 44 // n_envs].reshape(-1)
    assert same(*(weights(end.model) for end in ends))
    assert not same(weights(first.model), weights(ends[0].model))
    for name in STEPS:
        assert np.allclose(getattr(steps, name)[of_first], getattr(kept, name))
    episodes = n_envs * sum(math.ceil(part / n_envs / LIMIT) for part in (44, 36))
    assert (steps.terminated | steps.truncated).sum() == episodes
    if options:  # the first observations of both stretches, and every step
        assert scales(ends[0].model)["observations"]["count"] == pytest.approx(80 + 2 * n_envs, abs=0.01)


@pytest.mark.parametrize(("kind", "options"), [*((kind, {}) for kind in KINDS), ("sac", SCALED)])
def test_a_checkpoint_opens_and_plays_on_flat_observations(
    tmp_path: Path, goals: Goals, kind: str, options: dict[str, Any]
) -> None:
    model = trained(goals, 60, kind=kind, **options).model
    checkpoint = saved(model, tmp_path / "checkpoint.zip")
    envs = EvaluationEnvs(reaching())

    opened = load_network(checkpoint, off_policy_settings(kind), "cpu")

    evaluation = envs.evaluate(opened, SEEDS)
    envs.close()
    alone = play(reaching(), NetworkPlayer(model), SEEDS, HERE, make_network_env)
    assert same(weights(opened), weights(model))
    assert evaluation.sampled is None
    assert evaluation.greedy.returns == pytest.approx(alone.returns)


def test_an_environment_without_goals_is_named_by_the_key() -> None:
    with pytest.raises(ConfigError, match=r"^method.reward: her needs an environment with goals.*CartPole-v1's"):
        Goals(EnvConfig(name="any", id="CartPole-v1"))
    with pytest.raises(ConfigError, match=r"^method.reward: .*env.network_wrapper"):
        Goals(EnvConfig(name="any", id="CartPole-v1", network_wrapper="gymnasium.wrappers.FlattenObservation"))


def test_learning_that_begins_within_the_first_episodes_is_named_by_the_key(goals: Goals) -> None:
    with pytest.raises(ConfigError, match=r"^training\.learning_starts: must be at least"):
        trained(goals, 60, n_envs=3, learning_starts=3 * LIMIT - 1)


def test_learning_may_begin_with_the_first_whole_episodes(goals: Goals) -> None:
    assert trained(goals, 40, n_envs=2, learning_starts=2 * LIMIT).figures["critic_loss"] > 0


def test_goals_close_their_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Any] = []
    monkeypatch.setattr(Reaching, "close", lambda env: closed.append(env))

    Goals(reaching()).close()

    assert len(closed) == 1
