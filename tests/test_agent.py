"""The agent in somebody's own loop: what it does is what method=reflect has it do."""

from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.agent import Agent
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import BudgetReached, LLMError
from llmrl_runner.runs.seeds import Purpose, episode_seeds
from tests.app.conftest import server
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import MisbehavingServer

__all__ = ["server"]


def play(agent: Agent, env: Any, seed: int) -> float:
    """An episode in a loop as anybody writes it."""
    observation, _ = env.reset(seed=seed)
    agent.reset()
    total, reward, is_over = 0.0, 0.0, False
    while not is_over:
        action = agent.act(observation, reward)
        observation, reward, terminated, truncated, _ = env.step(action)
        total += float(reward)
        is_over = terminated or truncated
    return total


@pytest.mark.parametrize(("env", "calls", "mean"), [("taxi", 39, 8.0), ("lunar_lander", 104, 196.95)])
def test_a_loop_of_ones_own_is_played_as_the_recorded_run_was(env: str, calls: int, mean: float) -> None:
    seeds = episode_seeds(0, Purpose.HELD_OUT, 3, 0)

    with Agent(f"env={env}") as agent:
        world = agent.make_env()
        returns = [play(agent, world, int(seed)) for seed in seeds]
        world.close()

        assert (agent.usage.calls, agent.usage.replay_drift) == (calls, 0)
    assert sum(returns) / 3 == pytest.approx(mean, abs=0.01)


def test_what_it_thought_is_there_and_an_unusable_answer_is_told_as_one(server: MisbehavingServer) -> None:
    answers = iter(['{"reflection": "To the right.", "action": "right"}', "I would rather not say."])
    server.otherwise = lambda exchange: does.says(next(answers))(exchange)
    live = ("llm=openai_compatible", "llm.model=test-model", f"llm.api_base={server.api_base}")

    with Agent("env=frozen_lake", *live) as agent:
        env = agent.make_env()
        observation, _ = env.reset(seed=0)
        first = agent.act(observation)
        observation, reward, *_ = env.step(first)
        thought, was_valid = agent.last.thought, agent.last.is_valid
        second = agent.act(observation, float(reward))
        env.close()

        assert (first, thought, was_valid) == (2, "To the right.", True)
        assert second in range(4)
        assert not agent.last.is_valid
        assert agent.usage.calls == 2
    assert "To the right." in str(server.requests[1]["body"])


def test_answers_are_kept_in_a_folder_and_not_asked_for_again(server: MisbehavingServer, tmp_path: Path) -> None:
    server.otherwise = does.says('{"action": "down"}')
    live = ("llm=openai_compatible", "llm.model=test-model", f"llm.api_base={server.api_base}", "llm.max_calls=2")

    for _ in range(2):
        with Agent("env=frozen_lake", *live, folder=tmp_path / "kept") as agent:
            env = agent.make_env()
            observation, _ = env.reset(seed=0)
            for _ in range(2):
                observation, *_ = env.step(agent.act(observation))
            with pytest.raises(BudgetReached):
                agent.act(observation)
            env.close()

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        (["method=tabular"], "method: an Agent acts as method=reflect has it act"),
        (["env=pendulum"], "llm.recording: no recording for method reflect on env pendulum"),
        (["env=taxy"], "env: no option 'taxy'; did you mean taxi"),
        (["method.histroy=3"], "method.histroy: there is no such key; did you mean method.history"),
        (["llm=none"], "llm: method=reflect asks a model"),
    ],
)
def test_what_the_command_would_refuse_is_refused(overrides: list[str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        Agent(*overrides)


def test_a_step_whose_question_failed_may_be_asked_about_again_and_counts_once(
    server: MisbehavingServer, tmp_path: Path
) -> None:
    answers = iter([does.says('{"action": "down"}'), does.fails(400), does.says('{"action": "right"}')])
    server.otherwise = lambda exchange: next(answers)(exchange)
    live = ("llm=openai_compatible", "llm.model=test-model", f"llm.api_base={server.api_base}", "llm.max_retries=0")

    with Agent("env=frozen_lake", *live, folder=tmp_path / "kept") as agent:
        env = agent.make_env()
        observation, _ = env.reset(seed=0)
        observation, reward, *_ = env.step(agent.act(observation))
        with pytest.raises(LLMError):
            agent.act(observation, float(reward))
        told_again = agent.act(observation, float(reward))
        assert agent.usage.calls == 2
        env.close()

    failed, asked_again = (request["body"]["messages"] for request in server.requests[1:])
    assert asked_again == failed
    with Agent("env=frozen_lake", *live, folder=tmp_path / "kept") as agent:
        env = agent.make_env()
        observation, _ = env.reset(seed=0)
        observation, reward, *_ = env.step(agent.act(observation))
        assert agent.act(observation, float(reward)) == told_again
        env.close()
    assert len(server.requests) == 3
