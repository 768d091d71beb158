from pathlib import Path

import pytest
import yaml
from omegaconf import OmegaConf

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.kept import kept_config
from tests.methods.composed import config_of

HERE = Path("config.yaml")


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("method=reflect",),
        ("method=llmae_ppo", "env=doorkey_5x5"),
        ("method=reward_gen", "env=pendulum"),
        ("method=reward_gen", "env=pendulum", "training=td3"),
        ("method=augmented", "training=dqn"),
        ("method=ppo", "llm=none"),
        ("method=heuristic", "llm=none", "env=doorkey_5x5"),
    ],
)
def test_a_configuration_that_was_kept_is_what_it_was(overrides: tuple[str, ...]) -> None:
    config = config_of(*overrides)
    text = yaml.safe_dump(OmegaConf.to_container(OmegaConf.structured(config), resolve=True))

    assert kept_config(yaml.safe_load(text), HERE) == config


def test_a_run_of_another_version_is_refused_in_a_line_that_names_the_key() -> None:
    known = OmegaConf.to_container(OmegaConf.structured(config_of()), resolve=True)
    assert isinstance(known, dict)
    older = {**known, "method": {key: value for key, value in known["method"].items() if key != "patience"}}
    newer = {**known, "wishes": 3}

    for config, key in ((older, "method.patience"), (newer, "wishes")):
        with pytest.raises(ConfigError, match=key) as told:
            kept_config(config, HERE)  # type: ignore[arg-type]
        assert "another version" in str(told.value)
        assert "\n" not in str(told.value)
