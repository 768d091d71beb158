"""The tabular method through the public command: tuning, critic, knowledge, and what its prompts hold."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.app.command import QUICK, CommandLine, transcript_of

CARTPOLE = (
    "llm=random",
    "method.iterations=2",
    "display.gif=false",
    "env.evaluation.collect_episodes=3",
    "env.evaluation.selection_episodes=[3,10]",
    "env.evaluation.held_out_episodes=50",
)


def metrics_of(run: Path) -> list[dict[str, object]]:
    return [json.loads((path / "metrics.json").read_text()) for path in sorted(run.glob("iteration_*"))]


def test_cma_tunes_a_linear_policy_and_its_episodes_are_in_the_budget(command: CommandLine) -> None:
    tuned = command.run(*CARTPOLE, "method.policy=linear", "method.tune=cma", "method.cma.episodes=400", "seed=1")

    run = command.only_run()
    result = json.loads((run / "result.json").read_text())
    tuning = json.loads((run / "iteration_000" / "tuning.json").read_text())
    assert tuned.code == 0, tuned.err
    assert tuning["tuned_mean"] >= tuning["start_mean"]
    assert result["budget"]["episodes"] == metrics_of(run)[-1]["episodes"]
    assert tuning["episodes"] <= metrics_of(run)[0]["iteration_episodes"]


def test_a_critic_is_asked_before_each_further_proposal_and_its_remarks_reach_the_prompt(command: CommandLine) -> None:
    command.run(*CARTPOLE, "method.critic=true")

    run = command.only_run()
    purposes = [record["purpose"] for record in transcript_of(run)]
    assert purposes == ["tabular/propose", "tabular/critic", "tabular/propose"]
    assert "A critic's remarks:\n\nNo remarks." in (run / "iteration_001" / "prompt.md").read_text()
    assert "The median episode" in (run / "iteration_001" / "critic_prompt.md").read_text()


def test_rollouts_only_leaves_the_rules_out_of_the_prompt_and_the_result_says_so(command: CommandLine) -> None:
    command.run(*QUICK, "method.iterations=1", "method.knowledge=rollouts_only")

    run = command.only_run()
    assert "What is known of the rules" not in (run / "iteration_000" / "prompt.md").read_text()
    assert json.loads((run / "result.json").read_text())["knowledge"] == "rollouts_only"


def test_a_prompt_shows_the_best_episodes_the_worst_and_the_policy_to_beat(command: CommandLine) -> None:
    command.run(*CARTPOLE, "env.evaluation.collect_episodes=6")

    first, second = ((path / "prompt.md").read_text() for path in sorted(command.only_run().glob("iteration_*")))
    for prompt in (first, second):
        assert prompt.count("### Episode") == 4
        assert prompt.count("### The worst episode") == 1
    assert "random actions" in first
    assert "## The best policy so far" in second
    assert "Proposal 1: mean return" in second


@pytest.mark.slow
def test_cma_draws_other_numbers_for_another_seed(command: CommandLine) -> None:
    tuning = ("method.policy=linear", "method.tune=cma", "method.cma.episodes=200", "method.iterations=1")
    for seed in (0, 1):
        command.run(*CARTPOLE, *tuning, f"seed={seed}")

    spent = [json.loads((run / "iteration_000" / "tuning.json").read_text())["env_steps"] for run in command.runs()]
    assert spent[0] != spent[1]


def test_the_incumbent_is_played_again_on_the_fresh_seeds_of_each_iteration(command: CommandLine) -> None:
    command.run(*CARTPOLE, "method.iterations=4", "method.patience=9", "method.confidence=0.99")

    metrics = metrics_of(command.only_run())
    kept = [(before, after) for before, after in pairwise(metrics[1:]) if not before["is_best"]]
    assert metrics[0]["incumbent_return_mean"] is None
    assert kept
    assert all(before["incumbent_return_mean"] != after["incumbent_return_mean"] for before, after in kept)
