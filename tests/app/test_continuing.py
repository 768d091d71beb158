"""A run that goes on from another's iterations says whose answers it has."""

import json

from tests.app.command import QUICK, CommandLine


def test_a_run_that_goes_on_with_another_model_names_both(command: CommandLine) -> None:
    command.run("env=frozen_lake_slippery", "llm=random", "method.iterations=1", *QUICK[3:])
    first = command.only_run()

    ended = command.run(
        "env=frozen_lake_slippery", "llm=replay", "method.iterations=2", *QUICK[3:], f"continue_from={first}"
    )

    [second] = [run for run in command.runs() if run != first]
    llm = json.loads((second / "result.json").read_text())["llm"]
    assert ended.code == 0
    assert llm["model"] == "random, then Claude, through llm=manual"
    assert (llm["calls"], llm["cached_calls"]) == (2, 1)
