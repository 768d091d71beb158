"""What an environment needs of a training chooses itself, and the command line wins over it."""

from dataclasses import is_dataclass

import pytest
from omegaconf import DictConfig, OmegaConf

from llmrl_runner.config.composing import composed
from llmrl_runner.config.places import conf_folder
from tests.envs.files import ENV_NAMES

FOLDER = conf_folder() / "training"
TRAININGS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
NAMES = sorted(path.stem for path in (FOLDER / "settings").glob("*.yaml"))


def choice(name: str) -> tuple[str, str]:
    """The training and the environment that choose a file of settings."""
    [pair] = [(each, name.removeprefix(f"{each}_")) for each in TRAININGS if name.startswith(f"{each}_")]
    return pair


def told(name: str) -> DictConfig:
    """What the file says, with what it takes from another."""
    layer = OmegaConf.load(FOLDER / "settings" / f"{name}.yaml")
    assert isinstance(layer, DictConfig)
    below = [told(base) for base in layer.pop("defaults", []) if base != "_self_"]
    merged = OmegaConf.merge(*below, layer)
    assert isinstance(merged, DictConfig)
    return merged


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_taken_where_their_training_meets_their_environment(name: str) -> None:
    training, env = choice(name)

    config = composed("method=reward_gen", f"training={training}", f"env={env}")

    assert env in ENV_NAMES
    assert is_dataclass(config.training)
    for key, value in told(name).items():
        assert getattr(config.training, str(key)) == value, key


@pytest.mark.parametrize("name", NAMES)
def test_a_budget_and_how_often_to_look_are_said_and_go_together(name: str) -> None:
    training, env = choice(name)

    config = composed("method=reward_gen", f"training={training}", f"env={env}").training

    assert {"total_timesteps", "evaluate_every"} <= set(told(name))
    assert config.total_timesteps % config.evaluate_every == 0
    assert 5 <= config.total_timesteps // config.evaluate_every <= 25
    assert getattr(config, "learning_starts", 0) < config.total_timesteps / 10 + 1


def test_the_command_line_wins_over_the_environment_s_settings() -> None:
    config = composed("method=reward_gen", "env=fetch_reach", "training.total_timesteps=77")

    assert config.training.total_timesteps == 77
    assert config.training.gamma == 0.95
