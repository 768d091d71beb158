"""From which runs another may go on."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.runs.continuing import find_source

CONFIG: dict[str, Any] = {
    "paths": {"outputs": "outputs"},
    "method": {"name": "reward_gen", "budgets": "halving", "share_buffer": False, "iterations": 3},
    "training": {"algorithm": "sac"},
}


def run_of(folder: Path) -> str:
    (folder / "iteration_000").mkdir(parents=True)
    figures = {"is_best": True, "episodes": 1, "env_steps": 1}
    (folder / "iteration_000" / "metrics.json").write_text(json.dumps(figures))
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    return str(folder)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("method", "budgets", "full"), ("method", "share_buffer", True), ("training", "algorithm", "tqc")],
)
def test_drafts_that_were_scored_by_another_training_are_not_carried_over(
    section: str, key: str, value: Any, tmp_path: Path
) -> None:
    ours = {**CONFIG, section: {**CONFIG[section], key: value}}

    with pytest.raises(ConfigError, match=rf"continue_from: .* had another {section}\.{key}, so what it found"):
        find_source(run_of(tmp_path / "run"), ours)


def test_more_iterations_are_no_other_training(tmp_path: Path) -> None:
    ours = {**CONFIG, "method": {**CONFIG["method"], "iterations": 5}}

    assert find_source(run_of(tmp_path / "run"), ours)
