"""What is wrong with how a network is to be made is told before a model is asked or a step is taken."""

import pytest

from tests.app.command import CommandLine
from tests.app.trained import TINY


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("env.network_batch=nonsense.Batch", "env.network_batch: can't import `nonsense.Batch`"),
        ("method.cloning.success_threshold=0.9", "method.cloning.success_threshold: needs env.success, which cartpole"),
    ],
)
def test_what_would_fail_after_the_demonstrations_is_refused_before_them(
    here: CommandLine, setting: str, problem: str
) -> None:
    without_success = (
        "env=cartpole",
        "env.success.return_at_least=null",
        "method.demos.kind=steps",
        "method.demos.keep=all",
    )
    env = without_success if "cartpole" in problem else ("env=doorkey_5x5",)

    ended = here.run(*TINY, "llm=random", *env, setting)

    assert ended.code == 2
    assert ended.err.startswith(problem)
    assert not here.runs()


def test_a_plain_ppo_is_told_of_its_batch_before_it_trains(here: CommandLine) -> None:
    ended = here.run("method=ppo", "env=doorkey_5x5", "env.network_batch=nonsense.Batch")

    assert (ended.code, here.runs()) == (2, [])
