"""What doesn't go together is told before anything is asked, trained or written."""

from dataclasses import replace

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.rewards.settings_check import check_reward_gen
from tests.methods.composed import config_of


def config(*overrides: str) -> Config:
    return config_of("method=reward_gen", *overrides)


def check(config: Config) -> None:
    check_reward_gen(config, Environment(config.env))


PPO = ("training=ppo",)
PENDULUM, REACH, DOORKEY = ("env=pendulum",), ("env=fetch_reach",), ("env=doorkey_5x5", *PPO)
NATIVE, SPARSE, HER = (("llm=none", f"method.reward={arm}") for arm in ("native", "sparse", "her"))
SHARED = ("method.share_buffer=true",)


@pytest.mark.parametrize(
    "overrides",
    [
        PENDULUM,
        REACH,
        DOORKEY,
        (*PENDULUM, *NATIVE),
        (*REACH, *HER),
        (*REACH, *SPARSE, *PPO),
        (*DOORKEY, *SPARSE),
        (*REACH, *SHARED),
        (*REACH, *SHARED, "method.warm_start=true", "method.tune=cma"),
        ("env=mountain_car_continuous", *SPARSE),
        ("env=lunar_lander", *PPO, *SPARSE),
        (*PENDULUM, "method.launcher=submitit", "method.submitit.cluster=local"),
        (*PENDULUM, *SHARED, "training.normalize_rewards=true"),
        (*PENDULUM, *SHARED, "training.learning_starts=9000"),  # no random actions are taken there
    ],
)
def test_what_goes_together_is_taken(overrides: tuple[str, ...]) -> None:
    check(config(*overrides))


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ((*PENDULUM, *HER), "method.reward: her needs an environment with goals"),
        ((*PENDULUM, *SPARSE), "method.reward: sparse pays success, which isn't defined for pendulum"),
        ((*REACH, *HER, *PPO), "training: method.reward=her learns from stored steps: say training=sac"),
        ((*REACH, *HER, "training.learning_starts=10"), "training.learning_starts: must be at least 50"),
        ((*PENDULUM, *NATIVE, "method.tune=cma"), "method.tune: is for drafts of an LLM"),
        ((*PENDULUM, *NATIVE, "method.warm_start=true"), "method.warm_start: is for drafts"),
        ((*PENDULUM, *NATIVE, "llm=random"), "llm: reward=native asks no model: say llm=none"),
        (("env=lunar_lander",), "training: LunarLander-v3 has no continuous actions"),
        (("env=doorkey_5x5",), "training: .* has no continuous actions"),
        ((*DOORKEY, *SHARED), "method.share_buffer: only SAC, TQC and TD3"),
        (
            (*PENDULUM, *SHARED, "method.shared.env_steps=0.00001", "training.n_envs=4"),
            "method.shared.env_steps: makes budgets of",
        ),
        ((*PENDULUM, "training.total_timesteps=150"), "training.learning_starts: must be less than the 75 steps"),
        ((*PENDULUM, *NATIVE, "training.total_timesteps=100"), "training.learning_starts: must be less than the 100"),
        ((*DOORKEY, "training.total_timesteps=2000"), "method.halving.rungs: makes budgets of 1000, 2000 steps"),
        ((*DOORKEY, "method.halving.rungs=[0.5,0.99,1]", "training.total_timesteps=20000"), "of 10000, 19800, 20000"),
        ((*PENDULUM, "method.tune=cma", "method.cma.trainings=3"), "method.cma.trainings: must be at least"),
        ((*PENDULUM, "training.net_arch=[0]"), "training.net_arch: needs widths"),
        ((*PENDULUM, "method.launcher=submitit", "method.submitit.cluster=slrum"), "did you mean slurm"),
    ],
)
def test_what_does_not_go_together_is_told_by_its_key(overrides: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        check(config(*overrides))


def test_steps_are_not_shared_where_the_network_sees_something_else_than_the_reward() -> None:
    whole = config(*PENDULUM, *SHARED)
    rows = "llmrl_runner.envs.reward_rows.ObservationRows"

    with pytest.raises(ConfigError, match=r"method\.share_buffer: needs a network that sees what the reward sees"):
        check(replace(whole, env=replace(whole.env, reward_rows=rows)))
