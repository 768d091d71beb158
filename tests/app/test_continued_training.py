"""llmae_ppo with `continue_from`: what a training began with stays what it was."""

from tests.app.command import CommandLine
from tests.app.trained import TINY, TrainedRun, only_trained

SCRATCH = (*TINY, "env=doorkey_5x5", "method.iterations=1")


def test_a_run_without_demonstrations_is_no_beginning_for_one_with_them(here: CommandLine, no_page: None) -> None:
    here.run(*SCRATCH, "llm=none", "method.init=scratch")
    first = only_trained(here).path

    ended = here.run(*SCRATCH, "llm=random", "method.init=demos", "method.iterations=3", f"continue_from={first}")

    assert ended.code == 2
    assert "had another method.init" in ended.err
    assert here.runs() == [first]


def test_going_on_without_more_steps_is_told_what_it_needs(here: CommandLine, no_page: None) -> None:
    scratch = (*SCRATCH, "llm=none", "method.init=scratch", "training.n_steps=10", "training.batch_size=40")
    here.run(*scratch)
    first = only_trained(here).path

    ended = here.run(*scratch, "method.iterations=2", f"continue_from={first}")

    assert ended.code == 1
    assert "training.total_timesteps: this part ends after 200 steps, and" in ended.err
    assert "has 240 already; more are needed" in ended.err


def test_going_on_with_more_steps_trains_them(here: CommandLine, no_page: None) -> None:
    scratch = (*SCRATCH, "llm=none", "method.init=scratch")
    here.run(*scratch)
    first = only_trained(here).path

    ended = here.run(*scratch, "method.iterations=2", "training.total_timesteps=400", f"continue_from={first}")

    [second] = [TrainedRun(run) for run in here.runs() if run != first]
    assert ended.code == 0
    assert second.evaluated_steps() == [[0, 200], [400]]
