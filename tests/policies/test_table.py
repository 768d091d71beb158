"""Tables as policies, as JSON and as CSV."""

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.base import PolicyParseError
from llmrl_runner.policies.table import TablePolicy, choice_words


@pytest.fixture(params=["cartpole", "pendulum", "lake"])
def environment(request: pytest.FixtureRequest) -> Environment:
    found: Environment = request.getfixturevalue(request.param)
    return found


def random_table(environment: Environment) -> TablePolicy:
    cells, actions = environment.cells, environment.actions
    entries = np.random.default_rng(0).integers(actions.choices, size=(cells.n_cells, actions.dims))
    return TablePolicy(cells, actions, entries)


def test_each_row_gets_the_action_of_its_own_cell(environment: Environment) -> None:
    policy = random_table(environment)
    indices = environment.cells.unravel(np.arange(environment.cells.n_cells))
    centres = [environment.cells.centres(dimension)[indices[:, dimension]] for dimension in range(indices.shape[1])]

    acted = policy.act(np.stack(centres, axis=1))

    np.testing.assert_array_equal(acted, environment.actions.decode(policy.entries))
    assert all(environment.action_space.contains(_native(action, environment)) for action in acted)


def test_a_table_survives_its_json(environment: Environment) -> None:
    policy = random_table(environment)

    written = json.loads(json.dumps(policy.to_json()))
    read = TablePolicy.from_json(written, environment.cells, environment.actions)

    np.testing.assert_array_equal(read.entries, policy.entries)


def test_its_json_names_fields_centres_and_actions(lake: Environment) -> None:
    written = TablePolicy(lake.cells, lake.actions, np.arange(16)[:, None] % 4).to_json()

    assert written["fields"][0] == {"name": "row", "bins": 4, "centres": [0.0, 1.0, 2.0, 3.0]}
    assert written["actions"]["names"] == ["left", "down", "right", "up"]
    assert written["rows"] == {"0": "0 1 2 3", "1": "0 1 2 3", "2": "0 1 2 3", "3": "0 1 2 3"}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"rows": {"0": "0 1 2 3"}}, "4 rows needed"),
        ({"rows": {"0": "0 1 2 9", "1": "0 0 0 0", "2": "0 0 0 0", "3": "0 0 0 0"}}, "every choice must be in 0-3"),
        ({"rows": {"0": "0 1 2", "1": "0 0 0 0", "2": "0 0 0 0", "3": "0 0 0 0"}}, "16 cells"),
        ({"rows": {"0": "x", "1": "", "2": "", "3": ""}}, "not a table of this environment"),
        ({"fields": []}, "`fields` are not those of the environment"),
        ({"form": "linear"}, "`form` are not those"),
    ],
)
def test_a_table_of_another_make_is_refused(change: dict[str, Any], complaint: str, lake: Environment) -> None:
    written = TablePolicy(lake.cells, lake.actions, np.zeros((16, 1), dtype=np.int64)).to_json()

    with pytest.raises(PolicyParseError, match=complaint):
        TablePolicy.from_json({**written, **change}, lake.cells, lake.actions)


def test_its_csv_has_a_line_for_each_cell(environment: Environment) -> None:
    policy = random_table(environment)

    lines = list(csv.DictReader(io.StringIO(policy.to_csv())))

    name = "action" if environment.actions.is_discrete else environment.actions.names[0]
    assert [int(line[f"{name} choice"]) for line in lines] == policy.entries[:, 0].tolist()
    assert lines[0][f"{name} meaning"] == choice_words(policy.actions)[policy.entries[0, 0]]


def test_entries_that_do_not_fit_are_refused(lake: Environment) -> None:
    with pytest.raises(ValueError, match="16 cells and 1 choices each"):
        TablePolicy(lake.cells, lake.actions, np.zeros((15, 1), dtype=np.int64))
    with pytest.raises(ValueError, match="every choice must be in 0-3"):
        TablePolicy(lake.cells, lake.actions, np.full((16, 1), -1))


def _native(action: Any, environment: Environment) -> Any:
    return np.asarray(action, dtype=environment.action_space.dtype)
