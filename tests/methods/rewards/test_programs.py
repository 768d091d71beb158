"""A written reward's program as a run starts it."""

import numpy as np
import pytest

from llmrl_runner.methods.rewards.programs import program_of
from llmrl_runner.sandbox.program import ProgramError
from tests.methods.composed import config_of

PLAIN = "def compute_reward(obs, action, next_obs, info):\n    return 2.0 * obs[:, 0], {}\n"
NAMED = PLAIN.replace("2.0", 'CONSTANTS["k"]') + 'CONSTANTS = {"k": 2.0}\n'


def paid(source: str, constants: dict[str, float] | None = None) -> float:
    with program_of(config_of("method=reward_gen", "env=pendulum"), source, constants) as program:
        return float(program.call(np.ones((1, 3)), np.ones((1, 1)), np.ones((1, 3)), {}).value[0])


def test_constants_that_were_tuned_are_those_that_it_runs_with() -> None:
    assert paid(PLAIN) == paid(NAMED) == paid(NAMED, {}) == 2.0
    assert paid(NAMED, {"k": 5.0}) == 5.0


def test_constants_that_a_program_does_not_have_any_more_are_its_own_fault() -> None:
    with pytest.raises(ProgramError, match="gone"):
        paid(NAMED, {"gone": 1.0})
