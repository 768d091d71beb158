"""The arms that written rewards are measured against."""

from dataclasses import replace

import numpy as np
import pytest

from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.rl.arm_rewards import HER, NATIVE, SPARSE, arm_batch
from tests.methods.composed import config_of


@pytest.mark.parametrize(("kind", "pays"), [(HER, -1.0), (NATIVE, -1.0), (SPARSE, 0.0)])
def test_hindsight_pays_real_steps_by_the_measure_of_its_goals(kind: str, pays: float) -> None:
    """A goal environment that names no dense twin: -1 a step by its own measure, away from the goal."""
    env = replace(config_of("method=reward_gen", "env=fetch_reach").env, native_id=None)
    batch = arm_batch(kind, env, 1)
    slots = np.array([0])
    batch.reset(slots, np.array([1]))

    _, rewards, _, _ = batch.step(slots, np.zeros((1, 4), dtype=np.float32))

    batch.close()
    assert rewards.tolist() == [pays]


def test_success_need_not_be_defined_for_hindsight() -> None:
    config = config_of("method=reward_gen", "env=fetch_reach").env
    bare = replace(config, native_id=None, success=replace(config.success, last_reward_at_least=None))

    arm_batch(HER, bare, 1).close()
    make_network_batch(bare, 1).close()
