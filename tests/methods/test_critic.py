from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llmrl_runner.methods.critic import EMPTY, ask_critic
from llmrl_runner.runs.iteration import Iteration


@pytest.mark.parametrize(
    ("text", "remarks"), [("Push earlier.\n", "Push earlier."), ("", EMPTY), ("<think>Hm.</think>", EMPTY)]
)
def test_remarks_are_passed_on_and_their_absence_is_said(text: str, remarks: str, tmp_path: Path) -> None:
    llm = SimpleNamespace(ask=lambda request: [SimpleNamespace(text=text)])
    method: Any = SimpleNamespace(llm=llm, request=lambda *words: words)
    iteration = Iteration(tmp_path, 0)

    assert ask_critic(method, "What do you think?", iteration) == remarks
    assert (iteration.path / "critic_response.md").read_text() == text
