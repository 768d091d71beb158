"""The arms of the study `doorkey`, composed as the command composes them."""

import pytest

from llmrl_runner.config.composing import composed

ARMS = {"llmae": ("demos", "replay"), "transfer": ("transfer", "none"), "scratch": ("scratch", "none")}


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_of_the_doorkey_study_says_where_ppo_begins_and_who_is_asked(arm: str) -> None:
    config = composed(f"experiment=doorkey/{arm}")

    assert (config.method.name, config.method.init, config.llm.backend) == ("llmae_ppo", *ARMS[arm])
    assert (config.env.name, config.training.total_timesteps) == ("doorkey_8x8", 500_000)


@pytest.mark.parametrize("arm", ARMS)
def test_the_command_line_wins_over_an_arm(arm: str) -> None:
    config = composed(f"experiment=doorkey/{arm}", "env=doorkey_5x5", "training.total_timesteps=1000", "llm=random")

    assert (config.env.name, config.training.total_timesteps, config.llm.backend) == ("doorkey_5x5", 1000, "random")


@pytest.mark.parametrize("env", ["unlock_pickup", "key_corridor_s4r3", "cartpole"])
def test_another_environment_is_trained_on_first_whatever_its_file_leaves_out(env: str) -> None:
    config = composed("experiment=doorkey/transfer", f"env@method.transfer.env={env}")

    assert (config.method.transfer.env.name, config.env.name) == (env, "doorkey_8x8")
    assert config.method.transfer.env.acting.action_rate == 1
