"""Linear policies, and the ways in which an LLM writes their numbers."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.base import PolicyParseError
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.policies.linear_text import linear_text, parse_linear

FIELDS = ("position", "velocity", "angle", "angular velocity")
WEIGHTS = [[1.0, 0.0, -2.5, 0.0], [0.0, 1.0, 4.0, 1.0]]


@pytest.fixture(scope="session")
def pushes(cartpole: Environment) -> ActionCodec:
    return cartpole.actions


def test_the_largest_score_is_the_action(cartpole: Environment) -> None:
    policy = LinearPolicy(np.array(WEIGHTS), np.array([0.0, 0.5]), cartpole.actions, FIELDS)

    acted = policy.act(np.array([[0.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0], [0.0, 0.0, -1.0, 0.0]]))

    assert acted.tolist() == [1, 0, 0]


def test_one_row_of_weights_pushes_right_where_it_is_positive(cartpole: Environment) -> None:
    policy = LinearPolicy(np.array([[0.0, 0.0, 1.0, 0.0]]), np.zeros(1), cartpole.actions, FIELDS)

    assert policy.act(np.array([[0, 0, 0.1, 0], [0, 0, -0.1, 0], [0, 0, 0, 0.0]])).tolist() == [1, 0, 0]


def test_continuous_actions_are_clipped_to_their_bounds(pendulum: Environment) -> None:
    policy = LinearPolicy(np.array([[0.0, 0.0, 1.0]]), np.array([0.5]), pendulum.actions, ("cos", "sin", "w"))

    assert policy.act(np.array([[1, 0, 1], [1, 0, 8], [1, 0, -8.0]])).tolist() == [[1.5], [2.0], [-2.0]]


def test_a_row_gets_the_same_action_in_any_company(cartpole: Environment) -> None:
    rng = np.random.default_rng(0)
    policy = LinearPolicy(rng.normal(size=(2, 4)), rng.normal(size=2), cartpole.actions, FIELDS)
    rows = rng.normal(size=(257, 4))

    together = policy._scores(rows)

    alone = np.concatenate([policy._scores(rows[place : place + 1]) for place in range(len(rows))])
    np.testing.assert_array_equal(together, alone)


def test_its_parameters_go_out_and_in_again(cartpole: Environment) -> None:
    policy = LinearPolicy(np.array(WEIGHTS), np.array([0.0, 0.5]), cartpole.actions, FIELDS)

    doubled = policy.with_parameters(2 * policy.parameters())

    np.testing.assert_array_equal(doubled.weights, 2 * policy.weights)
    np.testing.assert_array_equal(doubled.bias, 2 * policy.bias)


@pytest.mark.parametrize(
    "data",
    [
        {"weights": WEIGHTS, "bias": [0, 0.5]},
        {"policy": {"Weights": WEIGHTS, "biases": [0, 0.5]}},
        {"weights": {name: [row[place] for row in WEIGHTS] for place, name in enumerate(FIELDS)}, "bias": [0, 0.5]},
        {"weights": {"push left": WEIGHTS[0], "push_right": WEIGHTS[1]}, "bias": {"push left": 0, "push right": 0.5}},
        {"weights": [dict(zip(FIELDS, row, strict=True)) for row in WEIGHTS], "bias": [0, 0.5]},
    ],
)
@pytest.mark.parametrize("frame", ["{}", "So:\n```json\n{}\n```\nas [1] says.", "{} // done"])
def test_weights_may_be_written_in_many_ways(data: dict[str, Any], frame: str, cartpole: Environment) -> None:
    parsed = parse_linear(frame.replace("{}", json.dumps(data)), cartpole.actions, FIELDS)

    assert parsed.policy.weights.tolist() == WEIGHTS
    assert parsed.policy.bias.tolist() == [0, 0.5]
    assert parsed.problems == []


@pytest.mark.parametrize("data", [{"weights": [1, 2, 3, 4], "bias": 0.5}, {"weights": [[1, 2, 3, 4]], "bias": [0.5]}])
def test_two_actions_may_share_one_row(data: dict[str, Any], cartpole: Environment) -> None:
    policy = parse_linear(json.dumps(data), cartpole.actions, FIELDS).policy

    assert policy.weights.tolist() == [[1, 2, 3, 4]]
    assert policy.outputs == ("push right (else push left)",)


def test_comments_and_loose_commas_do_not_spoil_the_numbers(cartpole: Environment) -> None:
    text = '{"weights": [\n  [1, 2, 3, 4],  // left: it\'s [sic]\n  [5, 6, 7, 8],  # right }\n],\n"bias": [0, 0.5],}'

    policy = parse_linear(text, cartpole.actions, FIELDS).policy

    assert policy.weights.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert policy.bias.tolist() == [0, 0.5]


def test_what_was_left_out_is_taken_as_nought_and_told(cartpole: Environment) -> None:
    parsed = parse_linear('{"weights": {"angle": [-1, 1]}}', cartpole.actions, FIELDS)

    assert parsed.policy.weights.tolist() == [[0, 0, -1, 0], [0, 0, 1, 0]]
    assert parsed.problems == [
        "no weight was given for position, velocity, angular velocity; taken as 0",
        "no bias was given; taken as 0",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("push towards the lean", 'no JSON object with "weights" found'),
        ('{"weights": [[1, 2, 3]]}', "weights: row 1 has 3 numbers, 4 needed"),
        ('{"weights": [[1,2,3,4],[1,2,3,4],[1,2,3,4]]}', "2 rows of weights needed, one for each of push left, push"),
        ('{"weights": [[1, 2, "x", 4]]}', '`"x"` is not a usable number'),
        ('{"weights": [[1, 2, NaN, 4]]}', "`NaN` is not a usable number"),
        ('{"weights": [[1, 2, 3, 4]], "bias": [1, 2]}', "bias: 1 numbers needed, got 2"),
        ('{"weights": {"angel": 1}}', "weights: `angel` is no field; the fields are position, velocity, angle"),
        ('{"weights": 3}', "`weights` must be a list of rows"),
    ],
)
def test_unusable_weights_are_refused_with_a_reason(text: str, complaint: str, cartpole: Environment) -> None:
    with pytest.raises(PolicyParseError) as refused:
        parse_linear(text, cartpole.actions, FIELDS)

    assert complaint in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["weights", "bias", *FIELDS]), inner),
)


@given(st.text() | JSON.map(json.dumps) | JSON.map(lambda value: json.dumps({"weights": value, "bias": value})))
@example(text='{"weights": [{"position": []}]}')
def test_no_text_raises_anything_but_a_parse_error(pushes: ActionCodec, text: str) -> None:
    try:
        parsed = parse_linear(text, pushes, FIELDS)
    except PolicyParseError:
        return
    assert np.isfinite(parsed.policy.parameters()).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=10, max_size=10))
def test_the_text_that_is_shown_reads_back_to_five_digits(pushes: ActionCodec, numbers: list[float]) -> None:
    policy = LinearPolicy(np.array(numbers[:8]).reshape(2, 4), np.array(numbers[8:]), pushes, FIELDS)

    read = parse_linear(linear_text(policy), pushes, FIELDS).policy

    np.testing.assert_allclose(read.parameters(), policy.parameters(), rtol=1e-4)


def test_a_linear_policy_survives_its_json(cartpole: Environment) -> None:
    policy = LinearPolicy(np.random.default_rng(0).normal(size=(2, 4)), np.ones(2), cartpole.actions, FIELDS)

    written = json.loads(json.dumps(policy.to_json()))

    read = LinearPolicy.from_json(written, cartpole.actions, FIELDS)
    np.testing.assert_array_equal(read.parameters(), policy.parameters())
    with pytest.raises(PolicyParseError, match="its fields must be a, b"):
        LinearPolicy.from_json(written, cartpole.actions, ("a", "b"))
