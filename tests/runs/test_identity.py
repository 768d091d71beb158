"""What defines a result is in the folder's name; what only shows, limits or places it is not."""

import copy

import pytest

from llmrl_runner.runs.identity import NOT_PART_OF_A_RESULT, run_id

CONFIG = {
    "method": {"name": "tabular", "iterations": 5, "demos": {"path": None}, "transfer": {"checkpoint": None}},
    "env": {"name": "cartpole"},
    "llm": {"name": "gemini", "model": "m", "temperature": 0.7, "max_calls": None, "timeout_s": 60},
    "seed": 0,
    "paths": {"outputs": "outputs"},
    "display": {"gif": True},
}


def changed(key: str, value: object) -> dict[str, object]:
    config = copy.deepcopy(CONFIG)
    node: dict[str, object] = config
    *path, last = key.split(".")
    for name in path:
        node = node.setdefault(name, {})  # type: ignore[assignment]
    node[last] = value
    return config


@pytest.mark.parametrize("key", NOT_PART_OF_A_RESULT)
def test_paths_display_budgets_and_retries_leave_the_identity_alone(key: str) -> None:
    assert run_id(changed(key, "another")) == run_id(CONFIG)


@pytest.mark.parametrize("key", ["seed", "method.iterations", "env.name", "llm.model", "llm.temperature"])
def test_what_defines_the_result_changes_the_identity(key: str) -> None:
    assert run_id(changed(key, "another")) != run_id(CONFIG)


def test_a_recordings_own_hash_counts() -> None:
    assert run_id(CONFIG, recording="a") != run_id(CONFIG, recording="b")
    assert run_id(CONFIG, recording=None) == run_id(CONFIG)


def test_what_the_files_hold_that_a_method_reads_counts_and_not_where_they_lie() -> None:
    assert run_id(CONFIG, files="a") != run_id(CONFIG, files="b")
    assert run_id(changed("method.demos.path", "here"), files="a") == run_id(
        changed("method.demos.path", "there"), files="a"
    )
