"""One episode: the step cap, held actions, and how it ends."""

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium as gym
import pytest
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.stage import Stage, longest_episode

Make = Callable[..., EnvConfig]


class Counting(gym.Env[Any, Any]):
    """Pays the number of the step; ends by its rules after `ends_after` steps, never where that is None."""

    observation_space = spaces.Discrete(10_000)
    action_space = spaces.Discrete(2)

    def __init__(self, ends_after: int | None = None, pays: float | None = None) -> None:
        self.ends_after, self.pays, self.closed = ends_after, pays, 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        self.steps = 0
        return int(self.np_random.integers(100)), {}

    def step(self, action: Any) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self.steps += 1
        reward = float(self.steps) if self.pays is None else self.pays
        return self.steps, reward, self.steps == self.ends_after, False, {}

    def close(self) -> None:
        assert not self.closed, "can't be closed again"
        self.closed += 1


@pytest.fixture
def counting() -> Iterator[Make]:
    """The configuration of a Counting, with a step limit of Gymnasium's where one is given."""
    gym.register("Counting-v0", entry_point=Counting)
    yield lambda limit=None, **kwargs: EnvConfig("counting", "Counting-v0", kwargs=kwargs, max_episode_steps=limit)
    del gym.registry["Counting-v0"]


def held(stage: Stage, times: int) -> list[list[float]]:
    """The rewards of each action, until the episode is over."""
    rewards = []
    while not stage.is_over:
        rewards.append(stage.hold(0, times))
    return rewards


@pytest.mark.parametrize("times", [1, 2, 3, 7, 100])
def test_no_episode_is_longer_than_its_cap_however_long_actions_are_held(times: int, counting: Make) -> None:
    stage = Stage(counting(), 0, max_steps=7)

    rewards = held(stage, times)

    assert [reward for each in rewards for reward in each] == [1, 2, 3, 4, 5, 6, 7]
    assert (stage.steps, stage.terminated, stage.truncated) == (7, False, True)


def test_nothing_happens_once_the_episode_is_over(counting: Make) -> None:
    stage = Stage(counting(), 0, max_steps=2)
    held(stage, 1)

    assert stage.hold(0, 5) == []
    assert stage.steps == 2


@pytest.mark.parametrize(
    ("limit", "ends_after", "steps", "terminated"),
    [(None, 4, 4, True), (None, 6, 6, True), (3, None, 3, False), (3, 3, 3, True), (None, None, 6, False)],
)
def test_an_episode_ends_by_its_rules_first_then_by_its_own_limit_then_by_the_cap(
    limit: int | None, ends_after: int | None, steps: int, terminated: bool, counting: Make
) -> None:
    stage = Stage(counting(limit, ends_after=ends_after), 0, max_steps=6)

    held(stage, 4)

    assert (stage.steps, stage.terminated) == (steps, terminated)
    assert stage.is_over


def test_an_episode_is_decided_by_its_seed(counting: Make) -> None:
    first = [Stage(counting(), seed, max_steps=3).observation for seed in range(20)]
    again = [Stage(counting(), seed, max_steps=3).observation for seed in range(20)]

    assert first == again
    assert len(set(first)) > 1


def test_an_environment_is_closed_once(counting: Make) -> None:
    stage = Stage(counting(), 0, max_steps=2)

    stage.close()
    stage.close()


@pytest.mark.parametrize("pays", [float("nan"), float("inf")])
def test_a_reward_that_is_no_finite_number_is_refused(pays: float, counting: Make) -> None:
    stage = Stage(counting(pays=pays), 3, max_steps=3)

    with pytest.raises(ValueError, match="not a finite number"):
        stage.hold(0, 1)


@pytest.mark.parametrize(("limit", "cap", "longest"), [(None, 9, 9), (5, 9, 5), (9, 5, 5)])
def test_the_longest_episode_is_the_lower_of_both_limits(
    limit: int | None, cap: int, longest: int, counting: Make
) -> None:
    assert longest_episode(counting(limit), cap) == longest


@pytest.mark.parametrize("name", ["doorkey_6x6", "taxi"])
def test_a_real_episode_is_cut_off_at_the_cap(name: str, load_env: Callable[[str], EnvConfig]) -> None:
    stage = Stage(load_env(name), 0, max_steps=5)

    held(stage, 2)
    stage.close()

    assert (stage.steps, stage.truncated) == (5, True)
