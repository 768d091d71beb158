"""The words of a command, before Hydra reads them."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from llmrl_runner.config.overrides import is_swept, late

SWEEP = ["-m", "experiment=doorkey/llmae,doorkey/scratch"]


def test_keys_of_a_method_are_left_until_it_is_known_which_where_a_sweep_tries_several() -> None:
    words = late([*SWEEP, "method.demos.path=a b.json", "training.net_arch=[64,64]", "seed=3"])

    assert words == [*SWEEP, "method.demos.path=choice(a b.json)", "training.net_arch=choice([64,64])", "seed=3"]


@pytest.mark.parametrize(
    "words",
    [
        ["experiment=doorkey/llmae,doorkey/scratch", "method.demos.path=a"],
        ["-m", "experiment=doorkey/llmae", "method.demos.path=a"],
        ["-m", "env=taxi,cartpole", "method.policy=linear"],
        ["-m", "method=ppo,heuristic", "training.total_timesteps=1000,2000"],
    ],
)
def test_other_commands_stay_as_they_are(words: list[str]) -> None:
    assert late(words) == words


@pytest.mark.parametrize(
    "value",
    ["1,2", "range(10)", "choice(a,b)", "a", "[1,2]", "{a:1,b:2}", "'a,b'", "[1,2],[3]", "a b", "interval(0,1)"],
)
def test_a_value_is_told_to_be_swept_as_hydra_tells_it(value: str) -> None:
    told = OverridesParser.create().parse_override(f"key={value}").is_sweep_override()

    assert is_swept(value) == told
