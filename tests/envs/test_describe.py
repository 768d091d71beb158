from collections.abc import Callable

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs import describe
from llmrl_runner.envs.environment import Environment

LoadEnv = Callable[[str], EnvConfig]


def test_cell_centres_are_listed_in_real_units(cartpole: EnvConfig) -> None:
    lines = describe.bins_table(cartpole, Environment(cartpole).cells).splitlines()

    assert lines[0] == "- cart position (m): 0: -2.4, 1: 0, 2: 2.4"
    assert lines[2].startswith("- pole angle (rad): 0: -0.2095, 1: -0.1257, ")


def test_bins_of_discrete_fields_are_their_values(load_env: LoadEnv) -> None:
    config = load_env("taxi")

    lines = describe.bins_table(config, Environment(config).cells).splitlines()

    assert lines[0] == "- taxi row: 0 to 4, the bin is the value itself"
    assert lines[2] == "- passenger: 0: at R, 1: at G, 2: at Y, 3: at B, 4: in the taxi"


def test_a_single_bin_takes_any_value(load_env: LoadEnv) -> None:
    config = load_env("hopper")

    lines = describe.bins_table(config, Environment(config).cells).splitlines()

    assert lines[6] == "- z velocity (m/s): 0: any value"


def test_the_observation_table_shows_ranges_only_where_they_are_true(cartpole: EnvConfig) -> None:
    rows = describe.observation_table(cartpole).splitlines()

    assert rows[0] == "| field | unit | range | meaning |"
    assert rows[2].startswith("| cart position | m | -4.8 to 4.8 | ")
    assert rows[3].startswith("| cart velocity | m/s | unbounded | ")


def test_actions_are_numbered_or_bounded(load_env: LoadEnv) -> None:
    discrete, continuous = load_env("cartpole"), load_env("pendulum")

    assert "| 1 | push right | force of +10 N" in describe.action_table(discrete)
    assert "| torque | N m | -2 to 2 | " in describe.action_table(continuous)


def test_choices_of_a_table_are_numbered(load_env: LoadEnv) -> None:
    discrete, continuous = load_env("cartpole"), load_env("hopper")

    texts = [describe.choices_table(config, Environment(config).actions) for config in (discrete, continuous)]

    assert texts[0] == "0: push left, 1: push right"
    assert texts[1] == "for each of thigh torque, leg torque, foot torque (200 N m): 0: -1, 1: 0, 2: 1"


def test_every_environment_of_fields_can_be_described(field_config: EnvConfig) -> None:
    config, environment = field_config, Environment(field_config)

    texts = [
        describe.observation_table(config),
        describe.action_table(config),
        describe.bins_table(config, environment.cells),
        describe.choices_table(config, environment.actions),
    ]

    assert all(texts)
    assert len(texts[0].splitlines()) == len(config.observation) + 2
    assert describe.is_continuous(config) is not environment.actions.is_discrete
