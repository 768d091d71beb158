"""Where networks are evaluated on the way: greedy alone, few environments, used again where they forget."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import EnvConfig, SuccessConfig
from llmrl_runner.envs.network_batch import SerialNetworkBatch
from llmrl_runner.rl.evaluation_envs import EvaluationEnvs
from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.network_evaluation import evaluate_network, joined
from llmrl_runner.rl.off_policy import train_off_policy
from llmrl_runner.rl.training import Stretch
from tests.methods.composed import config_of
from tests.rl.slider import Slider, off_policy_settings

SLIDER = EnvConfig(name="slider", id="any", success=SuccessConfig(last_reward_at_least=-0.02))


@pytest.fixture(scope="module")
def model() -> Any:
    return train_off_policy(Slider, off_policy_settings(), Stretch(None, 30, np.arange(50), 3, "cpu")).model


@pytest.fixture
def made() -> list[Slider]:
    return []


def envs_of(made: list[Slider]) -> EvaluationEnvs:
    def make(size: int) -> Slider:
        made.append(Slider(size))
        return made[-1]

    return EvaluationEnvs(SLIDER, make)


def test_few_environments_stay_open_until_they_are_closed(model: Any, made: list[Slider]) -> None:
    envs = envs_of(made)

    first, again = (envs.evaluate(model, np.arange(25)) for _ in range(2))
    were_open = [batch.is_open for batch in made]
    envs.close()

    assert [batch.size for batch in made] == [10]
    assert (were_open, made[0].is_open) == ([True], False)
    assert np.array_equal(first.greedy.returns, again.greedy.returns)
    assert (first.sampled, first.visits, len(first.greedy)) == (None, None, 25)


def test_an_evaluation_is_the_same_whatever_was_evaluated_before(model: Any, made: list[Slider]) -> None:
    used, fresh = envs_of(made), envs_of(made)

    used.evaluate(model, np.arange(100, 117))
    used.evaluate(model, np.arange(3))

    scores = [envs.evaluate(model, np.arange(8)).greedy.returns for envs in (used, fresh)]
    assert np.array_equal(*scores)


def test_an_environment_that_remembers_its_last_episode_plays_one_only(monkeypatch: pytest.MonkeyPatch) -> None:
    config, made = config_of("env=bipedal_walker").env, []

    class Counted(SerialNetworkBatch):
        def __init__(self, config: EnvConfig, size: int) -> None:
            made.append(size)
            super().__init__(config, size)

    config.max_episode_steps = 5
    settings, where = off_policy_settings(learning_starts=100), Stretch(None, 5, np.arange(5), 3, "cpu")
    walker = train_off_policy(lambda size: SerialNetworkBatch(config, size), settings, where).model
    envs = EvaluationEnvs(config, lambda size: Counted(config, size))

    envs.evaluate(walker, np.arange(12))
    envs.evaluate(walker, np.arange(12))

    assert made == [12, 12]


def test_greedy_evaluations_come_back_from_disk_as_they_were(tmp_path: Path, model: Any, made: list[Slider]) -> None:
    envs, kept = envs_of(made), Evaluations()
    for steps in (0, 50):
        kept.add(steps, envs.evaluate(model, np.arange(4) + steps))

    kept.save(tmp_path / "evaluations.npz")
    back = Evaluations.load(tmp_path / "evaluations.npz")

    with np.load(tmp_path / "evaluations.npz") as file:
        names = set(file)
    assert names == {"steps", "seeds", "greedy_returns", "greedy_lengths", "greedy_successes"}
    for (_, one), (_, other) in zip(kept.entries, back.entries, strict=True):
        assert other.sampled is None
        assert np.array_equal(one.greedy.returns, other.leading.returns)


def test_parts_that_were_not_all_sampled_are_greedy_together(model: Any, made: list[Slider]) -> None:
    greedy = envs_of(made).evaluate(model, np.arange(4))
    both = evaluate_network(Slider(8), model, np.arange(4, 7), SLIDER.success)

    assert joined([greedy, both]).sampled is None
    assert len(joined([greedy, both]).greedy) == 7
    assert joined([both, both]).sampled is not None
