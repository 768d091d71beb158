"""Every file of conf/llm against the schema and the defaults."""

import dataclasses
from pathlib import Path

import pytest
import yaml

from llmrl_runner.config.llm_schema import LLMConfig

CONF = Path(__file__).parents[2] / "conf"
FILES = sorted((CONF / "llm").glob("*.yaml"))
FIELDS = {field.name for field in dataclasses.fields(LLMConfig)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_option_names_itself_and_leaves_no_key_open(path):
    own = yaml.safe_load(path.read_text())
    shared = yaml.safe_load((CONF / "config.yaml").read_text())["llm"]

    assert own["name"] == path.stem
    assert set(own) <= FIELDS
    assert set(own) | set(shared) >= FIELDS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_key_has_a_comment_above_it(path):
    lines = path.read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if line and not line.startswith(("#", " "))]

    bare = [lines[number] for number in keys if not lines[number - 1].startswith("#")]

    assert bare in ([], [line for line in bare if line.startswith("usd_per_million_completion")])


def test_every_backend_of_the_design_is_there():
    names = {path.stem for path in FILES}

    assert names >= {"replay", "random", "manual", "gemini", "openai", "anthropic", "groq", "openrouter", "ollama"}
    assert "openai_compatible" in names
