from pathlib import Path

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.methods.prompts import Prompts


def test_a_part_in_a_folder_of_its_own_counts_in_the_digest(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "system.md").write_text("{% include 'parts/intro.md' %}")
    digests = set()

    for words in ("One.", "Two."):
        (tmp_path / "parts" / "intro.md").write_text(words)
        prompts = Prompts(str(tmp_path), "tabular")
        assert prompts.render("system") == words + "\n"
        digests.add(prompts.digest)

    assert len(digests) == 2


def test_a_prompt_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "system.md").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match=r"method\.prompts: .*system\.md: can't be read"):
        Prompts(str(tmp_path), "tabular")
