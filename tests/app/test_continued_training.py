"""llmae_ppo with `continue_from`: what a training began with stays what it was."""

from tests.app.command import CommandLine
from tests.app.trained import TINY, only_trained

SCRATCH = (*TINY, "env=doorkey_5x5", "method.iterations=1")


def test_a_run_without_demonstrations_is_no_beginning_for_one_with_them(here: CommandLine, no_page: None) -> None:
    here.run(*SCRATCH, "llm=none", "method.init=scratch")
    first = only_trained(here).path

    ended = here.run(*SCRATCH, "llm=random", "method.init=demos", "method.iterations=3", f"continue_from={first}")

    assert ended.code == 2
    assert "had another method.init" in ended.err
    assert here.runs() == [first]
