"""Policies on disk, with their pictures."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.base import RandomPolicy
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.policies.picture_layout import choose_layout, mosaic
from llmrl_runner.policies.store import env_map, load_policy, save_policy
from llmrl_runner.policies.table import TablePolicy


def zeros(environment: Environment) -> TablePolicy:
    shape = (environment.cells.n_cells, environment.actions.dims)
    return TablePolicy(environment.cells, environment.actions, np.zeros(shape, dtype=np.int64))


@pytest.mark.parametrize("name", ["cartpole", "pendulum", "lake"])
def test_a_table_is_saved_with_sheet_and_picture_and_loaded_again(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = request.getfixturevalue(name)

    save_policy(zeros(environment), tmp_path, environment.config)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["candidate.json", "policy.csv", "policy.png"]
    loaded = load_policy(tmp_path, environment)
    assert isinstance(loaded, TablePolicy)
    np.testing.assert_array_equal(loaded.entries, zeros(environment).entries)
    assert np.asarray(image.imread(tmp_path / "policy.png")).std() > 0


def test_a_linear_policy_is_saved_with_its_picture_and_loaded_again(cartpole: Environment, tmp_path: Path) -> None:
    policy = LinearPolicy(np.eye(2, 4), np.ones(2), cartpole.actions, cartpole.observations.names)

    save_policy(policy, tmp_path, cartpole.config)

    loaded = load_policy(tmp_path, cartpole)
    assert isinstance(loaded, LinearPolicy)
    np.testing.assert_array_equal(loaded.parameters(), policy.parameters())
    assert (tmp_path / "policy.png").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"form": "poem"}', '{"form": "table"}'])
def test_a_file_that_holds_no_policy_is_named(text: str, cartpole: Environment, tmp_path: Path) -> None:
    (tmp_path / "candidate.json").write_text(text)

    with pytest.raises(ConfigError, match=r"candidate\.json"):
        load_policy(tmp_path, cartpole)


def test_a_grid_world_has_its_map_and_others_have_none(lake: Environment, cartpole: Environment) -> None:
    assert env_map(lake.config) == ("SFFF", "FHFH", "FFFH", "HFFG")
    assert env_map(cartpole.config) is None


def test_every_cell_has_its_own_place_in_the_picture() -> None:
    bins = (2, 3, 1, 4, 2)
    grid = np.arange(48).reshape(bins)

    picture = mosaic(grid, choose_layout(["a", "b", "c", "d", "e"], bins))

    assert sorted(picture.image[picture.image >= 0].tolist()) == list(range(48))


def test_a_map_keeps_row_nought_on_top() -> None:
    grid = np.arange(12).reshape(3, 4)

    picture = mosaic(grid, choose_layout(["row", "column"], (3, 4)))

    np.testing.assert_array_equal(picture.image, grid)


@pytest.mark.parametrize("name", ["cartpole", "pendulum"])
def test_random_actions_fit_the_action_space(name: str, request: pytest.FixtureRequest) -> None:
    environment = request.getfixturevalue(name)
    policy = RandomPolicy(environment.action_space, np.random.default_rng(0))

    actions = policy.act(np.zeros((100, environment.observations.width)))

    assert all(environment.action_space.contains(np.asarray(a, environment.action_space.dtype)) for a in actions)
    assert len(np.unique(actions)) > 1
