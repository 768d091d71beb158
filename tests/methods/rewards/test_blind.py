"""The control's rewards: well formed, each another."""

import numpy as np
import pytest

from llmrl_runner.methods.rewards.answer import read_reward
from llmrl_runner.methods.rewards.blind import blind_reward
from llmrl_runner.methods.rewards.checks import check_reward
from llmrl_runner.rl.rewards import Transitions
from llmrl_runner.rl.written_reward import WrittenReward
from llmrl_runner.sandbox.program import Program
from llmrl_runner.sandbox.ways import find_way
from tests.methods.composed import config_of


def steps(environment: str) -> Transitions:
    env = config_of("method=reward_gen", f"env={environment}").env
    rng = np.random.default_rng(0)
    is_continuous = env.actions[0].low is not None
    actions = rng.normal(size=(70, len(env.actions))) if is_continuous else rng.integers(len(env.actions), size=70)
    rows = rng.normal(size=(2, 70, len(env.reward_fields or env.observation)))
    return Transitions(rows[0], actions, rows[1], np.full(70, False))


@pytest.mark.parametrize("environment", ["fetch_reach", "mountain_car", "doorkey_5x5"])
def test_a_blind_reward_stands_every_check(environment: str) -> None:
    env = config_of("method=reward_gen", f"env={environment}").env
    rng = np.random.default_rng(1)

    for _ in range(4):
        source = read_reward(blind_reward(rng, env.reward_fields or env.observation, env.actions)).source
        with Program(source, "compute_reward", find_way("none")) as program:
            results = check_reward(WrittenReward(program), steps(environment), row_microseconds=5000)
        assert [result.line for result in results if not result.passed] == [], source


def test_blind_rewards_differ_and_come_again_from_the_same_seed() -> None:
    env = config_of("method=reward_gen", "env=pendulum").env

    first, again = (
        [blind_reward(rng, env.observation, env.actions) for _ in range(5)]
        for rng in map(np.random.default_rng, (0, 0))
    )

    assert first == again
    assert len(set(first)) > 1
